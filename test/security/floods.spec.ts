// Machines and programs that open connections and then do nothing, or almost nothing, with them. The program may open 1,024 files.
import { readdirSync, readFileSync } from 'node:fs'
import { type NetConnectOpts, Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../../build/bundle.ts'
import { whatslang } from '../command.ts'
import { type AttackedHeadless, attackedHeadless } from './attacked.ts'
import { hold, lines } from './raw-http.ts'

const OPEN_FILES = 1024
/** A health check of a container gives up after some seconds. */
const SOON_MS = 5000
/** The attackers need files of their own, all in this process. */
const ownFiles = () => Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 0)
const possible = process.platform === 'linux' && ownFiles() >= 3000
if (!possible) console.warn('skipped: this machine does not let one process open 3,000 connections')

describe.skipIf(!possible)('a flood of connections', () => {
  let host: AttackedHeadless
  let quiet: number
  let cookie: string
  beforeAll(async () => {
    await bundle()
    host = await attackedHeadless({ openFiles: OPEN_FILES })
    const signedIn = await fetch(`${host.url}/auth`, { method: 'POST', body: JSON.stringify({ token: host.token }) })
    cookie = (signedIn.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
    quiet = files()
  })
  afterAll(() => host?.close())

  const to = (): NetConnectOpts => ({ host: '127.0.0.1', port: host.port })
  const own = () => `Host: 127.0.0.1:${host.port}`
  const files = () => readdirSync(`/proc/${host.app.pid}/fd`).length
  const within = async (what: Promise<unknown>): Promise<unknown> => {
    const startedAt = performance.now()
    await what
    return Math.round(performance.now() - startedAt)
  }
  /** What a caller does that is told to try again (503), until it is answered or gives up. */
  const answered = (call: () => Promise<{ status: number }>) =>
    expect.poll(() => call().then(({ status }) => status), { timeout: SOON_MS }).toBe(200)
  /** The health check, a script, a browser that is signed in, and the command line are all answered. */
  async function answers(): Promise<void> {
    expect(await within(host.alive().then((alive) => expect(alive).toBe(true)))).toBeLessThan(SOON_MS)
    await answered(() => fetch(`${host.url}/api/session`, { headers: { cookie } }))
    await answered(() => host.rest.send('GET', '/api/session'))
    await answered(async () => {
      const link = await host.link()
      const { status } = await link.call('/health/live')
      await link.close()
      return { status }
    })
    const listed = await whatslang(['backups', '--json', '--data-dir', host.sandbox.data], host.sandbox.env)
    expect([listed.code, listed.err]).toEqual([0, ''])
    expect(files()).toBeLessThan(OPEN_FILES * 0.9)
  }
  async function survives(attack: () => Promise<Socket[]>): Promise<void> {
    const sockets = await attack()
    try {
      await answers()
    } finally {
      for (const socket of sockets) socket.destroy()
    }
    await expect.poll(files, { timeout: 10_000 }).toBeLessThanOrEqual(quiet + 20)
    expect(host.app.ended).toBe(false)
  }

  const script = () => join('/assets', largest(join(import.meta.dirname, '../../out/renderer/assets')))
  const strangers: [string, () => string][] = [
    ['that say nothing', () => ''],
    ['with half a header', () => lines('GET /health HTTP/1.1', own(), 'X-Slow: ')],
    [
      'with a sign-in that has a length and no body',
      () => lines('POST /auth HTTP/1.1', own(), 'Content-Length: 40', '', ''),
    ],
    [
      'with a sign-in in chunks without an end',
      () => lines('POST /auth HTTP/1.1', own(), 'Transfer-Encoding: chunked', '', '1', '{', ''),
    ],
    [
      'with an upload without a token',
      () => lines('PUT /api/restore/upload HTTP/1.1', own(), 'Content-Length: 99999999', '', 'x'),
    ],
    ['that ask for the page’s largest file and do not read it', () => lines(`GET ${script()} HTTP/1.1`, own(), '', '')],
  ]
  test.each(strangers)('450 %s', async (_name, bytes) => {
    await survives(() => hold(to(), 450, bytes()))
  })
  // Each kind takes its time; these two hold a body and an answer.
  test.each([2, 5].flatMap((kind) => strangers.slice(kind, kind + 1)))('2,000 %s', async (_name, bytes) => {
    await survives(async () => {
      const all: Socket[] = []
      for (let n = 0; n < 10; n++) all.push(...(await hold(to(), 200, bytes())))
      return all
    })
  })
  test('2,000 sign-ins that drip', async () => {
    await survives(async () => {
      const head = lines('POST /auth HTTP/1.1', own(), 'Content-Length: 4000', '', '{"token":"')
      const all: Socket[] = []
      for (let n = 0; n < 10; n++) all.push(...(await hold(to(), 200, head)))
      const timer = setInterval(() => {
        for (const socket of all) if (socket.writable) socket.write('x')
      }, 200)
      all[0]?.once('close', () => clearInterval(timer))
      return [...all, stopping(timer)]
    })
  })
  test('WebSockets without a token, that are turned away and stay', async () => {
    const upgrade = lines(
      'GET /rpc HTTP/1.1',
      own(),
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '',
      '',
    )
    const sockets = await hold(to(), 450, upgrade)
    // Nothing of theirs is kept, though they do not close their side.
    await expect.poll(files).toBeLessThanOrEqual(quiet + 20)
    for (const socket of sockets) socket.destroy()
  })
  test('450 uploads of a caller with the token, that stop', async () => {
    const folder = join(host.sandbox.data, 'restore')
    const bearer = `Authorization: ${host.authorization}`
    await survives(() =>
      hold(
        to(),
        450,
        lines('PUT /api/restore/upload?name=x HTTP/1.1', own(), bearer, 'Content-Length: 1000000', '', 'some bytes'),
      ),
    )
    await expect.poll(() => readdirSync(folder).filter((name) => name.startsWith('upload'))).toEqual([])
  })
  test('200 streams of events of a caller with the token, that are not read', async () => {
    const bearer = `Authorization: ${host.authorization}`
    await survives(() => hold(to(), 200, lines('GET /api/events HTTP/1.1', own(), bearer, '', '')))
  })
})

/** So that a timer ends with the sockets of its attack. */
function stopping(timer: NodeJS.Timeout): Socket {
  const socket = new Socket()
  socket.once('close', () => clearInterval(timer))
  return socket
}

function largest(folder: string): string {
  const sized = readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)).length }))
  return sized.toSorted((a, b) => b.bytes - a.bytes)[0]?.name ?? ''
}
