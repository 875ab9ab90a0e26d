import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Program } from '../rpc/program.ts'
import { findLocalWay } from './local-client.ts'
import { proveOwner } from './local-handshake.ts'
import { LOCAL_HOST, serveLocally } from './local-socket.ts'

let folder: string
let data: string
let database: string
let env: NodeJS.ProcessEnv
let logged: string[]
const disposals: (() => unknown)[] = []

const root = process.geteuid?.() === 0
const STRANGER = 54321

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-'))
  data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  database = join(data, 'messages.db')
  env = { XDG_RUNTIME_DIR: join(folder, 'run') }
  logged = []
})
afterEach(async () => {
  for (const dispose of disposals.splice(0)) await dispose()
  rmSync(folder, { recursive: true, force: true })
})

async function start(at = database) {
  const program = {
    log: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
    host: () => ({ version: '1.2.3' }),
    session: () => ({ state: 'open' }),
    restore: {},
  } as unknown as Program
  const server = await serveLocally({ program, database: at, env })
  disposals.push(server.dispose)
  return server
}

async function way(at = database) {
  const found = await findLocalWay(at, env)
  if (!('way' in found)) return found
  found.first.destroy()
  return found.way
}
async function objectionsOf(at = database): Promise<string> {
  const found = await way(at)
  if (!('objections' in found)) throw new Error('The socket was believed.')
  return found.objections.join(' ')
}

async function ask(
  headers: Record<string, string>,
  { path = '/api/health', at = database }: { path?: string; at?: string } = {},
): Promise<{ status: number; text: string }> {
  const found = await way(at)
  if (!('connect' in found)) throw new Error(`No way: ${found.objections.join(' ')}`)
  const connection = await found.connect()
  return new Promise((resolve, reject) => {
    const out = request({ createConnection: () => connection, path, headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += String(chunk)
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    out.on('error', reject)
    out.end()
  })
}

/** A program that listens at a path and keeps what it receives. */
async function listener(path: string, answer?: (socket: Socket) => void): Promise<{ received(): string }> {
  let received = ''
  const server: Server = createServer((socket) => {
    socket.on('data', (chunk) => {
      received += chunk.toString()
    })
    socket.on('error', () => socket.destroy())
    answer?.(socket)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  chmodSync(path, 0o600)
  disposals.push(() => new Promise((resolve) => server.close(resolve)))
  return { received: () => received }
}

describe.skipIf(process.platform === 'win32')('the socket for the command line', () => {
  test('lies in the data directory, belongs to this user alone, and serves the contract', async () => {
    const server = await start()
    expect(readdirSync(data).sort()).toEqual(['messages.db.socket', 'messages.db.socket.json'])
    for (const name of readdirSync(data)) expect(statSync(join(data, name)).mode & 0o777).toBe(0o600)
    expect(existsSync(join(folder, 'run'))).toBe(false)
    expect(await ask({ host: LOCAL_HOST })).toEqual({
      status: 200,
      text: '{"status":"ok","version":"1.2.3","state":"open"}',
    })
    await server.dispose()
    expect(readdirSync(data)).toEqual([])
  })

  test('speaks with nothing that a browser would send', async () => {
    await start()
    for (const headers of [{ host: 'localhost' }, { host: LOCAL_HOST, origin: 'https://evil.example' }]) {
      expect((await ask(headers)).status).toBe(403)
    }
    expect((await ask({ host: LOCAL_HOST }, { path: '/' })).status).toBe(403)
    const upgrade = {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    }
    expect((await ask({ host: 'localhost', ...upgrade }, { path: '/rpc' })).status).toBe(403)
  })

  test('answers no caller that does not know its secret', async () => {
    await start()
    const socket = join(data, 'messages.db.socket')
    const hears = (words: string) =>
      new Promise<string>((resolve) => {
        let heard = ''
        const client = connect(socket, () => client.write(words))
        client.on('data', (chunk) => {
          heard += chunk.toString()
        })
        client.on('error', () => undefined)
        client.on('close', () => resolve(heard))
      })
    expect(await hears(`GET /api/health HTTP/1.1\r\nhost: ${LOCAL_HOST}\r\n\r\n`)).toBe('')
    expect(await hears(`whatslang 1 ${'0'.repeat(63)}\n`)).toBe('')
    expect(await hears('x'.repeat(10_000))).toBe('')
    // The proof before the question, and a request behind it.
    const eager = `whatslang 1 ${'0'.repeat(64)}\n${'0'.repeat(64)}\nGET /api/health HTTP/1.1\r\n\r\n`
    expect(await hears(eager)).toBe('')
    const { secret } = JSON.parse(readFileSync(`${socket}.json`, 'utf8')) as { secret: string }
    const wrong = connect(socket)
    disposals.push(() => wrong.destroy())
    await expect(proveOwner(wrong, `${secret.slice(0, -1)}_`)).rejects.toThrow(/does not know the secret/)
    expect((await ask({ host: LOCAL_HOST })).status).toBe(200)
  })

  test('takes the place of one that a crash left behind', async () => {
    writeFileSync(join(data, 'messages.db.socket'), '')
    writeFileSync(join(data, 'messages.db.socket.json'), '{"half')
    await start()
    expect((await ask({ host: LOCAL_HOST })).status).toBe(200)
  })

  test('is found through a link to the database, and under a path too long for a socket', async () => {
    const deep = join(folder, 'd'.repeat(100), 'e'.repeat(100))
    mkdirSync(deep, { recursive: true, mode: 0o700 })
    const far = join(deep, 'messages.db')
    writeFileSync(far, '')
    symlinkSync(far, join(folder, 'linked.db'))
    const server = await start(far)
    expect((await ask({ host: LOCAL_HOST }, { at: join(folder, 'linked.db') })).status).toBe(200)
    await server.dispose()
    expect(readdirSync(deep)).toEqual(['messages.db'])
  })

  test('lies in an unguessable folder of its own where it fits nowhere else, and leaves nothing there', async () => {
    const far = join(data, `${'m'.repeat(200)}.db`)
    const apart = () => readdirSync(tmpdir()).filter((name) => name.startsWith('whatslang-socket-'))
    const before = apart()
    const server = await start(far)
    const [made = '', ...others] = apart().filter((name) => !before.includes(name))
    expect(others).toEqual([])
    expect(statSync(join(tmpdir(), made)).mode & 0o777).toBe(0o700)
    expect((await ask({ host: LOCAL_HOST }, { at: far })).status).toBe(200)
    await server.dispose()
    expect(existsSync(join(tmpdir(), made))).toBe(false)
    expect(readdirSync(data)).toEqual([])
    // What a crash left is removed at the next start: no other folder, whatever the door says.
    const left = mkdtempSync(join(tmpdir(), 'whatslang-socket-'))
    const foreign = mkdtempSync(join(folder, 'kept-'))
    for (const [place, target] of [[left, far] as const, [foreign, database] as const]) {
      const listening = await listener(join(place, 'socket'))
      expect(listening.received()).toBe('')
      const door = { socket: join(place, 'socket'), secret: 'A'.repeat(43) }
      writeFileSync(`${target}.socket.json`, JSON.stringify(door), { mode: 0o600 })
      await start(target)
      expect(existsSync(place)).toBe(place === foreign)
    }
  })

  test('moves to the runtime folder where others can write to the data directory', async () => {
    chmodSync(data, 0o770)
    mkdirSync(join(folder, 'run'), { mode: 0o700 })
    await start()
    expect(readdirSync(data)).toEqual([])
    expect(readdirSync(join(folder, 'run')).every((name) => /^whatslang-[0-9a-f]{16}\.socket/.test(name))).toBe(true)
    expect((await ask({ host: LOCAL_HOST })).status).toBe(200)
    // The door in the runtime folder is believed; the folder of the data is not, and says why.
    chmodSync(join(folder, 'run'), 0o750)
    expect(await objectionsOf()).toMatch(/The folder .*run is open to other users \(mode 750\)/)
  })

  test.each([
    ['can be written by the group', 0o720],
    ['can be written by all', 0o777],
    ['has the sticky bit of /tmp', 0o1777],
  ])('is not opened where the folder %s and there is no other; the program runs without it', async (_what, mode) => {
    chmodSync(data, mode)
    await start()
    expect(readdirSync(data)).toEqual([])
    expect(await way()).toEqual({ objections: [expect.stringContaining(`The folder ${data} is open to other users`)] })
    expect(logged.join()).toContain('the command line cannot talk to this program')
    expect(logged.join()).toContain(`chmod 700 ${data}`)
  })

  test('is not looked for in /tmp, whatever lies there', async () => {
    const name = `whatslang-${process.geteuid?.() ?? 0}`
    const planted = join(tmpdir(), name)
    const fresh = !existsSync(planted)
    if (fresh) mkdirSync(planted, { mode: 0o777 })
    try {
      expect(await way()).toEqual({ objections: [] })
    } finally {
      if (fresh) rmSync(planted, { recursive: true })
    }
  })
})

describe.skipIf(process.platform === 'win32')('a socket that another user could have put there', () => {
  const door = () => join(data, 'messages.db.socket.json')
  const socket = () => join(data, 'messages.db.socket')
  const write = (path: string, target: string, mode = 0o600) =>
    writeFileSync(path, JSON.stringify({ socket: target, secret: 'A'.repeat(43) }), { mode })

  test('receives nothing where it cannot prove the secret', async () => {
    const mute = await listener(socket())
    write(door(), 'messages.db.socket')
    expect(await objectionsOf()).toMatch(/is not the one that made its door\. The other side does not answer/)
    expect(mute.received()).toMatch(/^whatslang 1 [0-9a-f]{64}\n$/)
  }, 20_000)

  test.each<[what: string, answer: (socket: Socket) => void]>([
    ['repeats what it hears', (peer) => void peer.on('data', (chunk) => peer.write(chunk))],
    ['makes a proof up', (peer) => void peer.on('data', () => peer.write(`${'1'.repeat(64)} ${'2'.repeat(64)}\n`))],
    ['speaks HTTP', (peer) => void peer.write('HTTP/1.1 200 OK\r\n\r\n')],
    ['never ends its line', (peer) => void peer.write('x'.repeat(100_000))],
    ['hangs up', (peer) => void peer.end()],
  ])('is left where it %s', async (_what, answer) => {
    const liar = await listener(socket(), answer)
    write(door(), 'messages.db.socket')
    expect(await objectionsOf()).toMatch(/is not the one that made its door/)
    expect(liar.received()).toMatch(/^(whatslang 1 [0-9a-f]{64}\n)?$/)
  })

  test.each<[what: string, prepare: () => void, why: RegExp]>([
    ['a door that others can read', () => write(door(), 'messages.db.socket', 0o644), /file .* is open to other users/],
    ['a door that is a link', () => symlinkSync(join(folder, 'other'), door()), /is a link, not a file/],
    ['a door that is a pipe', () => execFileSync('mkfifo', [door()]), /something else, not a file/],
    ['a damaged door', () => writeFileSync(door(), '{"socket":', { mode: 0o600 }), /cannot be read/],
    [
      'a socket that is a link',
      () => {
        renameSync(socket(), join(folder, 'elsewhere'))
        symlinkSync(join(folder, 'elsewhere'), socket())
        write(door(), 'messages.db.socket')
      },
      /is a link, not a socket/,
    ],
    [
      'a socket that others can write',
      () => {
        chmodSync(socket(), 0o666)
        write(door(), 'messages.db.socket')
      },
      /The socket .* is open to other users/,
    ],
    [
      'a socket in a folder that others can use',
      () => {
        mkdirSync(join(folder, 'open'))
        chmodSync(join(folder, 'open'), 0o755)
        renameSync(socket(), join(folder, 'open', 'socket'))
        write(door(), join(folder, 'open', 'socket'))
      },
      /The folder .*open is open to other users/,
    ],
    ['a path that climbs', () => write(door(), '../messages.db.socket'), /is not the one that made its door/],
  ])('%s is refused before a byte is sent', async (what, prepare, why) => {
    const planted = await listener(socket(), (peer) => void peer.end())
    prepare()
    expect(await objectionsOf()).toMatch(why)
    if (what !== 'a path that climbs') expect(planted.received()).toBe('')
  })

  test.skipIf(!root)('a folder, a door or a socket of another user is refused', async () => {
    const planted = await listener(socket())
    write(door(), 'messages.db.socket')
    // Root believes itself and the owner of the data, and no third user.
    chownSync(door(), STRANGER, STRANGER)
    expect(await objectionsOf()).toMatch(`The file ${door()} belongs to another user (${STRANGER})`)
    chownSync(door(), 0, 0)
    chownSync(socket(), STRANGER, STRANGER)
    expect(await objectionsOf()).toMatch(`The socket ${socket()} belongs to another user (${STRANGER})`)
    expect(planted.received()).toBe('')
    const run = join(folder, 'run')
    mkdirSync(run, { mode: 0o700 })
    chownSync(run, STRANGER, STRANGER)
    rmSync(door())
    expect(await objectionsOf()).toMatch(`The folder ${run} belongs to another user (${STRANGER})`)
  })

  test.skipIf(!root)('root works with the program of the data’s owner', async () => {
    chownSync(data, STRANGER, STRANGER)
    await start()
    for (const path of [door(), socket()]) chownSync(path, STRANGER, STRANGER)
    expect((await ask({ host: LOCAL_HOST })).status).toBe(200)
    expect(dirname(door())).toBe(data)
  })
})
