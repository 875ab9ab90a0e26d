// Web pages that the owner visits: they can make the owner's browser send requests to this machine, cookie and all.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../../build/bundle.ts'
import { chromiumPath } from '../chromium.ts'
import { type AttackedHeadless, attackedHeadless } from './attacked.ts'
import { exchange, lines } from './raw-http.ts'

let host: AttackedHeadless
let cookie: string
let evil: Server
let browser: Browser
const JID = '15550009101@s.whatsapp.net'

beforeAll(async () => {
  await bundle()
  host = await attackedHeadless()
  const signedIn = await fetch(`${host.url}/auth`, { method: 'POST', body: JSON.stringify({ token: host.token }) })
  cookie = (signedIn.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
  evil = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<p>Win a prize</p>'))
  await new Promise<void>((ready) => evil.listen(0, '127.0.0.1', ready))
  browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox', '--disable-gpu'] })
})
afterAll(async () => {
  await browser?.close()
  evil?.close()
  await host?.close()
})

const to = () => ({ host: '127.0.0.1', port: host.port })
const chats = async () => JSON.stringify((await host.rest.send('GET', '/api/chats')).body)
/** Each door of the program: a call, the sign-in, the page itself, the WebSocket. All but the first need a guard of their own. */
const doors = {
  'a call': 'POST /api/session/resume HTTP/1.1',
  'the sign-in': 'POST /auth HTTP/1.1',
  'the page': 'GET / HTTP/1.1',
  'the health check': 'GET /health HTTP/1.1',
  'the metrics': 'GET /metrics HTTP/1.1',
}
const upgrade = [
  'GET /rpc HTTP/1.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
]
/** The status of a request that has everything but what the test takes away. */
async function status(start: string | string[], ...headers: string[]): Promise<number | undefined> {
  const body = start === doors['the sign-in'] ? JSON.stringify({ token: host.token }) : ''
  const head = [start].flat()
  const length = head[0]?.startsWith('POST') ? [`Content-Length: ${body.length}`] : []
  const answer = await exchange(to(), lines(...head, ...headers, `Cookie: ${cookie}`, ...length, '', body))
  expect(answer.statuses.length).toBeLessThanOrEqual(1)
  return answer.statuses[0]
}

test('with its own Host and Origin every door opens: what follows is refused for what it changes', async () => {
  const own = `127.0.0.1:${host.port}`
  for (const [name, start] of Object.entries(doors)) {
    expect(await status(start, `Host: ${own}`, `Origin: http://${own}`), name).toBe(200)
  }
  expect(await status(upgrade, `Host: ${own}`, `Origin: http://${own}`)).toBe(101)
})

describe('a name that its owner points at this machine', () => {
  const hosts = (port: number) => [
    'evil.example',
    `evil.example:${port}`,
    `127.0.0.1.evil.example:${port}`,
    `localhost.evil.example:${port}`,
    `127.0.0.1:${port}.evil.example`,
    `127.0.0.1:${port + 1}`,
    '127.0.0.1',
    `127.1:${port}`,
    `2130706433:${port}`,
    `0.0.0.0:${port}`,
    `[::ffff:127.0.0.1]:${port}`,
    `localhost.:${port}`,
    `192.168.1.5:${port}`,
    `user@127.0.0.1:${port}`,
    '',
  ]
  test.each(Object.keys(doors) as (keyof typeof doors)[])('is refused at %s', async (door) => {
    for (const name of hosts(host.port)) {
      expect([400, 421], name).toContain(await status(doors[door], `Host: ${name}`))
    }
  })
  test('is refused at the WebSocket', async () => {
    for (const name of hosts(host.port)) expect([400, 421], name).toContain(await status(upgrade, `Host: ${name}`))
  })
})

describe('a page from elsewhere', () => {
  const origins = (port: number) => [
    'https://evil.example',
    'http://evil.example',
    'null',
    `http://127.0.0.1:${port + 1}`,
    `http://localhost:${port}`,
    `http://127.0.0.1:${port}.evil.example`,
    `http://evil.example/?127.0.0.1:${port}`,
    `http://127.0.0.1:${port}@evil.example`,
    'file://',
    'app://whatslang',
    `chrome-extension://127.0.0.1:${port}`,
    '',
  ]
  const own = () => `Host: 127.0.0.1:${host.port}`
  test.each(Object.keys(doors) as (keyof typeof doors)[])('is refused at %s', async (door) => {
    for (const origin of origins(host.port)) {
      expect(await status(doors[door], own(), `Origin: ${origin}`), origin).toBe(403)
    }
  })
  test('is refused at the WebSocket', async () => {
    for (const origin of origins(host.port)) {
      expect(await status(upgrade, own(), `Origin: ${origin}`), origin).toBe(403)
    }
  })
  test('is refused by what the browser says of it, where it sends no Origin', async () => {
    for (const site of ['cross-site', 'same-site']) {
      for (const mode of ['no-cors', 'cors', 'navigate', 'websocket']) {
        const headers = [own(), `Sec-Fetch-Site: ${site}`, `Sec-Fetch-Mode: ${mode}`]
        for (const start of [doors['a call'], doors['the sign-in'], 'GET /api/chats HTTP/1.1']) {
          expect(await status(start, ...headers), `${site} ${mode} ${start}`).toBe(403)
        }
      }
      expect(await status(upgrade, own(), `Sec-Fetch-Site: ${site}`, 'Sec-Fetch-Mode: websocket'), site).toBe(403)
    }
  })
})

test('a page on another port of this machine can neither call, nor post, nor read, nor frame, nor connect, with the owner signed in', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${host.url}/#token=${host.token}`)
  await page.getByRole('main').waitFor()
  expect(await context.cookies()).toHaveLength(1)
  const { port } = evil.address() as AddressInfo
  await page.goto(`http://127.0.0.1:${port}/`)

  const reached = await page.evaluate(
    async ([url, jid]) => {
      const got: string[] = []
      const note = (what: string) => (answer: Response) => {
        if (answer.type !== 'opaque' && answer.ok) got.push(what)
      }
      const body = JSON.stringify({ jid })
      const quiet = () => undefined
      for (const mode of ['cors', 'no-cors'] as const) {
        await fetch(`${url}/api/chats`, { mode, credentials: 'include' }).then(note(`read ${mode}`), quiet)
        const post = { method: 'POST', mode, credentials: 'include', body } as const
        await fetch(`${url}/api/chats`, post).then(note(`post ${mode}`), quiet)
        await fetch(`${url}/api/session/pause`, { ...post, body: '' }).then(note(`pause ${mode}`), quiet)
      }
      navigator.sendBeacon(`${url}/api/chats`, body)
      await new Promise<void>((done) => {
        const socket = new WebSocket(`${url.replace('http', 'ws')}/rpc`)
        socket.onopen = () => {
          got.push('WebSocket')
          done()
        }
        socket.onerror = () => done()
      })
      const stream = new EventSource(`${url}/api/events`, { withCredentials: true })
      await new Promise<void>((done) => {
        stream.onopen = () => {
          got.push('events')
          done()
        }
        stream.onerror = () => done()
      })
      stream.close()
      const frame = document.createElement('iframe')
      frame.src = url
      await new Promise<void>((done) => {
        frame.onload = () => done()
        document.body.append(frame)
      })
      // A page that were shown could not be looked into either, but its window would have the frames of its own scripts.
      if (frame.contentDocument?.querySelector('#root')) got.push('frame')
      const script = document.createElement('script')
      script.src = `${url}/api/chats`
      await new Promise<void>((done) => {
        script.onload = () => {
          got.push('script')
          done()
        }
        script.onerror = () => done()
        document.body.append(script)
      })
      const form = document.createElement('form')
      form.method = 'post'
      form.enctype = 'text/plain'
      form.action = `${url}/api/chats`
      form.innerHTML = `<input name='{"jid":"${jid}","name":"' value='"}'>`
      document.body.append(form)
      form.submit()
      return got
    },
    [host.url, JID] as const,
  )
  expect(reached).toEqual([])
  await page.waitForURL(`${host.url}/api/chats`)
  expect(await page.locator('body').textContent()).toContain('refused')
  expect(await chats()).not.toContain(JID)
  expect((await host.rest.send('GET', '/api/session')).body).not.toHaveProperty('paused')
  await context.close()
})
