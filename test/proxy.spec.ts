// The example of docs/server.md in a real nginx: what the guide says of a reverse proxy holds.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { bundle } from '../build/bundle.ts'
import { type AppProcess, freePort, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { createEmulator } from '../emulator/index.ts'

const missing = ['nginx', 'openssl'].filter((tool) => spawnSync(tool, ['-v']).error !== undefined)
if (missing.length > 0) console.warn(`skipped: ${missing.join(' and ')} not installed`)

const HOST = 'bot.example.org'

describe.skipIf(missing.length > 0)('behind nginx as the guide sets it up', () => {
  let folder: string
  let app: AppProcess
  let nginx: ChildProcess
  let port: number
  const token = newToken()
  const disposals: (() => unknown)[] = []

  beforeAll(async () => {
    await bundle()
    folder = mkdtempSync(join(tmpdir(), 'whatslang-proxy-'))
    disposals.push(() => rmSync(folder, { recursive: true, force: true }))
    const emulator = await createEmulator()
    disposals.push(() => emulator.close())
    const behind = await freePort()
    app = spawnApp({
      dataDirectory: join(folder, 'data'),
      emulatorUrl: emulator.url,
      port: behind,
      token,
      built: true,
      env: { WHATSLANG_ALLOWED_HOSTS: HOST, WHATSLANG_TRUSTED_PROXIES: '127.0.0.1' },
    })
    disposals.push(() => app.stop())
    await app.listening()
    port = await freePort()
    nginx = spawn('nginx', ['-p', folder, '-c', writeConfiguration(behind)], { stdio: 'ignore' })
    disposals.push(async () => {
      const ended = once(nginx, 'exit')
      nginx.kill('SIGTERM')
      await ended
    })
    await listening()
  }, 90_000)
  afterAll(async () => {
    for (const dispose of disposals.splice(0).reverse()) await dispose()
  })

  async function listening(): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      if ((await ask('GET', '/health').catch(() => undefined))?.status === 200) return
      await sleep(50)
    }
    throw new Error(`nginx does not answer: ${readFileSync(join(folder, 'error.log'), 'utf8')}`)
  }

  /** The server block of the guide, with this machine's port and certificate, around it what nginx needs to run as any user. */
  function writeConfiguration(behind: number): string {
    const guide = readFileSync(join(import.meta.dirname, '../docs/server.md'), 'utf8')
    const server = /^```nginx\n([\s\S]*?)^```$/m.exec(guide)?.[1] ?? ''
    const [certificate, key] = ['cert.pem', 'key.pem'].map((name) => join(folder, name))
    spawnSync('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${HOST}`,
      '-keyout',
      `${key}`,
      '-out',
      `${certificate}`,
    ])
    const own = server
      .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
      .replace('127.0.0.1:8020', `127.0.0.1:${behind}`)
      .replace(/ssl_certificate .*;/, `ssl_certificate ${certificate};`)
      .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${key};`)
    expect(own).toContain(`:${behind}`)
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder};`)
    const file = join(folder, 'nginx.conf')
    writeFileSync(
      file,
      `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;\nevents {}\nhttp { access_log off; ${places.join(' ')}\n${own}}\n`,
    )
    return file
  }

  interface Answer {
    status: number
    headers: IncomingHttpHeaders
    text: string
  }
  /** As a browser at this address of this machine sends it; nginx sees that address. */
  function ask(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body: string | Buffer = '',
    localAddress = '127.0.0.5',
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const out = request(
        {
          host: '127.0.0.1',
          port,
          path,
          method,
          localAddress,
          rejectUnauthorized: false,
          servername: HOST,
          headers: { host: HOST, 'content-length': Buffer.byteLength(body), ...headers },
        },
        (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString()
          })
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
        },
      )
      out.on('error', reject)
      out.end(body)
    })
  }
  const signIn = (value = token, headers: Record<string, string> = {}, from?: string) =>
    ask(
      'POST',
      '/auth',
      { origin: `https://${HOST}`, 'content-type': 'application/json', ...headers },
      JSON.stringify({ token: value }),
      from,
    )
  const cookieOf = ({ headers }: Answer) => ({ cookie: (headers['set-cookie']?.[0] ?? '').split(';', 1)[0] ?? '' })

  test('the page opens, and the cookie is for https and this host only', async () => {
    const page = await ask('GET', '/chats', { accept: 'text/html' })
    expect([page.status, page.text.includes('<title>')]).toEqual([200, true])
    const signedIn = await signIn()
    expect(signedIn.headers['set-cookie']?.[0]).toMatch(
      /^__Host-whatslang_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure;/,
    )
    expect((await ask('GET', '/api/session', cookieOf(signedIn))).status).toBe(200)
    expect((await ask('GET', '/api/session', { ...cookieOf(signedIn), origin: 'https://evil.example' })).status).toBe(
      403,
    )
    expect((await ask('GET', '/api/session', { ...cookieOf(signedIn), host: 'evil.example' })).status).toBe(421)
    // Without an Origin, as a script sends it, the proxy's word on https counts.
    const scripted = await ask('POST', '/auth', {}, JSON.stringify({ token }))
    expect(scripted.headers['set-cookie']?.[0]).toContain('; Secure')
  })

  test('callers are told apart by their own address, whatever they write into the headers', async () => {
    const forged = { 'x-forwarded-for': '203.0.113.9, 127.0.0.1', 'x-forwarded-proto': 'http' }
    const own = cookieOf(await signIn(token, forged, '127.0.0.7'))
    const list = JSON.parse((await ask('GET', '/api/auth/sessions', own, '', '127.0.0.7')).text)
    expect(list.find(({ current }: { current: boolean }) => current)).toMatchObject({ address: '127.0.0.7' })
    for (let n = 0; n < 25; n++) await signIn('wrong', { 'x-forwarded-for': `203.0.113.${n}` }, '127.0.0.8')
    expect((await signIn('wrong', {}, '127.0.0.8')).status).toBe(429)
    expect((await signIn('wrong', {}, '127.0.0.9')).status).toBe(401)
    expect((await signIn(token, {}, '127.0.0.8')).status).toBe(200)
  })

  test('WebSockets and large files pass', async () => {
    const own = cookieOf(await signIn())
    const socket = new WebSocket(`wss://127.0.0.1:${port}/rpc`, {
      rejectUnauthorized: false,
      headers: { host: HOST, origin: `https://${HOST}`, ...own },
    })
    await once(socket, 'open')
    const answered = once(socket, 'message')
    socket.send('{"i":"1","p":{"u":"/host/info","b":{}}}')
    expect(String((await answered)[0])).toContain('"version"')
    socket.terminate()
    const upload = await ask('PUT', '/api/restore/upload?name=x.sql', own, Buffer.alloc(20 << 20, 'x'))
    expect(upload.status, upload.text).toBe(200)
    const { upload: handle, bytes } = JSON.parse(upload.text)
    expect(bytes).toBe(20 << 20)
    expect((await ask('DELETE', `/api/restore/${handle}`, own)).status).toBe(200)
  })
})
