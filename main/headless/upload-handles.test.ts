import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { contract } from '../../preload/contract/index.ts'
import { createRestoreService } from '../backup/restore/service.ts'
import { recoverSwap } from '../backup/restore/swap.ts'
import { undoFile } from '../backup/restore/undo-record.ts'
import type { Tasks } from '../ports.ts'
import type { Program } from '../rpc/program.ts'
import { router } from '../rpc/router.ts'
import { serveRpc } from '../rpc/serve.ts'
import { createFile } from '../store/create-file.ts'
import { createApi } from './api.ts'
import { createSockets } from './sockets.ts'
import { createUpload } from './upload.ts'

let folder = ''
let data = ''
let program: Program
let server: Server
const logged: string[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'handles-'))
  data = join(folder, 'data')
  mkdirSync(join(data, 'restore', 'inner'), { recursive: true })
  mkdirSync(join(folder, 'neighbour'))
  for (const path of ['data/settings.json', 'data/restore/inner/file', 'neighbour/precious'])
    writeFileSync(join(folder, path), 'kept')
  createFile(join(data, 'messages.db'))
  logged.length = 0
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) })
  const audit = { record: () => undefined, list: () => [] }
  program = { restore: restoreService(), log, audit, host: () => ({ version: '0' }) } as unknown as Program
  const caller = { by: 'script' } as const
  const api = createApi({ router, program, version: '0', upload: createUpload(program) })
  const sockets = createSockets(serveRpc({ program }))
  server = createServer(
    (asked, answer) => void api(asked, answer, new URL(asked.url ?? '', 'http://x').pathname, caller),
  )
  server.on('upgrade', (asked, socket, head) => sockets.accept(asked, socket, head, caller))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

function restoreService() {
  const database = join(data, 'messages.db')
  const never = () => Promise.reject(new Error('This test reads no file.'))
  return createRestoreService({
    database,
    tasks: { run: never, dispose: async () => undefined } as unknown as Tasks,
    clock: { now: () => 1, monotonic: () => 1 },
    serverNow: () => 1,
    pause: never,
    resume: never,
    closeStore: () => undefined,
    openStore: () => undefined,
    backup: never,
    knownBots: () => [],
    passphrase: async () => undefined,
    log: { info: () => undefined, error: () => undefined },
  })
}

/** All that lies in the folder, with what files hold and where links lead. */
function everything(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => (lstatSync(path).isFile() ? `${path} ${readFileSync(path).toString('base64')}` : path))
    .sort()
}

type Call = (name: string, upload: string) => Promise<{ status: number; body: unknown }>

const rest: Call = (name, upload) => {
  const ways: Record<string, [method: string, path: string]> = {
    preview: ['POST', '/preview'],
    chats: ['GET', '/chats'],
    apply: ['POST', '/apply'],
    discard: ['DELETE', ''],
  }
  const [method, end] = ways[name] ?? ['', '']
  // As it is: fetch would tidy it.
  const path = `/api/restore/${upload.includes('%') ? upload : encodeURIComponent(upload)}${end}`
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo
    const headers = method === 'POST' ? { 'content-type': 'application/json' } : {}
    const out = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += String(chunk)
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text === '' ? null : JSON.parse(text) }))
    })
    out.on('error', reject)
    out.end(method === 'POST' ? '{}' : undefined)
  })
}
const frame = (name: string, upload: string) =>
  JSON.stringify({ i: '1', p: { u: `/restore/${name}`, b: { json: { upload } } } })
const answerOf = (text: string) => {
  const { p } = JSON.parse(text) as { p: { s?: number; b?: { json?: unknown } } }
  return { status: p.s ?? 200, body: p.b?.json ?? null }
}
const overSocket: Call = async (name, upload) => {
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/rpc`)
  await new Promise((resolve) => socket.once('open', resolve))
  const answer = new Promise<string>((resolve) => {
    socket.once('message', (message: Buffer) => resolve(message.toString()))
  })
  socket.send(frame(name, upload))
  const text = await answer
  socket.close()
  return answerOf(text)
}
const overPort: Call = async (name, upload) => {
  const { port1, port2 } = new MessageChannel()
  serveRpc({ program }).servePort(port2, { by: 'desktop' })
  port2.start()
  const answer = new Promise<string>((resolve) => port1.once('message', (message) => resolve(String(message))))
  port1.postMessage(frame(name, upload))
  const text = await answer
  port1.close()
  return answerOf(text)
}

/** Every procedure of the contract that takes a handle. */
const taking = Object.entries(contract.restore).flatMap(([name, procedure]) => {
  const { inputSchema } = procedure['~orpc']
  const tried = inputSchema?.['~standard'].validate({ upload: {}, mode: 'replace' })
  const issues = tried instanceof Promise ? [] : (tried?.issues ?? [])
  return issues.some((issue) => issue.path?.includes('upload')) ? [name] : []
})
const HANDLES = [
  '..%2F',
  '..',
  '%2e%2e%2f',
  '../',
  '../../neighbour',
  '..%2F..%2Fneighbour',
  'inner',
  './inner',
  '.',
  '%2Fetc',
  '..%5C',
  'undo.json',
  '00000000-0000-4000-8000-000000000000%2F..%2F..',
  '00000000-0000-4000-8000-000000000000/../..',
  'x'.repeat(300),
  '%00',
]

test('the contract has procedures that take a handle', () => {
  expect(taking.sort()).toEqual(['apply', 'chats', 'discard', 'preview'])
})

describe.each([
  ['REST', rest],
  ['a WebSocket', overSocket],
  ['a MessagePort', overPort],
])('over %s', (_transport, call) => {
  test.each(taking)('%s touches nothing for a handle that is none', async (name) => {
    const before = everything()
    for (const handle of HANDLES) {
      // In an address a segment of dots names another procedure.
      if (call === rest && /^(\.|%2e)+$/i.test(handle)) continue
      const { status } = await call(name, handle)
      expect([404, 422], handle).toContain(status)
      expect(everything(), handle).toEqual(before)
    }
    expect(logged).toEqual([])
  })

  test('one that is well formed and unknown is not found, and nothing is touched', async () => {
    const before = everything()
    const unknown = '0190a5c8-0000-4000-8000-000000000000'
    mkdirSync(join(data, 'restore', unknown))
    for (const name of taking) {
      const { status, body } = await call(name, unknown)
      if (name === 'discard') expect([status, body]).toEqual([200, { removed: false }])
      else expect(status, name).toBe(404)
    }
    rmSync(join(data, 'restore', unknown), { recursive: true })
    expect(everything()).toEqual(before)
  })
})

test('a link in the place of a candidate is removed, what it points to stays; so is one in the place of the folder', async () => {
  const file = join(folder, 'file.sql')
  writeFileSync(file, 'SELECT 1;')
  const { upload } = await program.restore.register(file)
  symlinkSync(join(folder, 'neighbour'), join(data, 'restore', upload))
  expect(await program.restore.discard(upload)).toBe(true)
  expect(existsSync(join(data, 'restore', upload))).toBe(false)
  expect(readFileSync(join(folder, 'neighbour/precious'), 'utf8')).toBe('kept')
  expect(existsSync(file)).toBe(true)

  rmSync(join(data, 'restore'), { recursive: true })
  symlinkSync(join(folder, 'neighbour'), join(data, 'restore'))
  expect(await recoverSwap(join(data, 'messages.db'))).toBe('none')
  await program.restore.uploadPath()
  expect(readFileSync(join(folder, 'neighbour/precious'), 'utf8')).toBe('kept')
  expect(lstatSync(join(data, 'restore')).isDirectory()).toBe(true)
})

test('the start removes uploads and candidates, follows no link among them, and keeps what undo needs', async () => {
  writeFileSync(undoFile(join(data, 'messages.db')), '{}')
  symlinkSync(join(folder, 'neighbour'), join(data, 'restore', 'inner', 'link'))
  symlinkSync(data, join(data, 'restore', 'upload-of-a-dead-program'))
  await recoverSwap(join(data, 'messages.db'))
  expect(readdirSync(join(data, 'restore'))).toEqual(['undo.json'])
  expect(readFileSync(join(folder, 'neighbour/precious'), 'utf8')).toBe('kept')
  expect(readFileSync(join(data, 'settings.json'), 'utf8')).toBe('kept')
})

describe('an upload', () => {
  const put = async (body: string) => {
    const { port } = server.address() as AddressInfo
    const answer = await fetch(`http://127.0.0.1:${port}/api/restore/upload?name=empty.sql`, { method: 'PUT', body })
    return { status: answer.status, body: await answer.json() }
  }
  test('that is empty is refused in a sentence, and nothing stays of it', async () => {
    const before = everything()
    const { status, body } = await put('')
    expect(status).toBe(422)
    expect(body).toMatchObject({
      code: 'REFUSED',
      data: { reason: 'empty' },
      message: expect.stringContaining('empty'),
    })
    await expect(rpcUpload(new File([], 'empty.sql'))).rejects.toMatchObject({ code: 'REFUSED' })
    expect(everything()).toEqual(before)
    expect(logged).toEqual([])
  })
  test('of something is registered, mode 600, and discarded with its file', async () => {
    const before = everything()
    const { status, body } = await put('SELECT 1;')
    expect(status).toBe(200)
    const [name = ''] = readdirSync(join(data, 'restore')).filter((entry) => entry.startsWith('upload-'))
    expect(lstatSync(join(data, 'restore', name)).mode & 0o777).toBe(0o600)
    expect((await rest('discard', String(Reflect.get(Object(body), 'upload')))).body).toEqual({ removed: true })
    expect(everything()).toEqual(before)
  })
})

/** The other transports hand over the file itself. */
async function rpcUpload(body: File): Promise<unknown> {
  const { createRouterClient } = await import('@orpc/server')
  const client = createRouterClient(router, { context: { program, caller: { by: 'page' } } })
  return client.restore.upload({ body })
}
