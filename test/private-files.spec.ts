import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { freePort, newToken } from '../emulator/demo/app-process.ts'
import { createFile } from '../main/store/create-file.ts'
import { canTrace } from './soak/power-trace.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 })

const root = join(import.meta.dirname, '..')
const tracing = process.platform === 'linux' && canTrace()
const asRoot = process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0

let folder = ''
/** Found by the program, and wider than it would make it. */
let data = ''
/** Folders that everybody may write into: of the backups, of what the user asked for, and the system's own for temporary files. */
let shared = ''
let out = ''
let temporary = ''
let serving: number | undefined
const url = { base: '', token: newToken() }
const seen = { scratch: [] as string[], temporary: [] as string[], restore: [] as string[] }

/** Runs `whatslang` as somebody whose umask takes nothing, and writes down which files were made. */
function run(args: string[], env: NodeJS.ProcessEnv = {}) {
  const name = `${args[0]}-${readdirSync(join(folder, 'traces')).length}`
  const traced = ['strace', '-ff', '--seccomp-bpf', '-e', `trace=${CALLS}`, '-o', join(folder, 'traces', name)]
  const command = [process.execPath, join(root, 'out/main/cli.js'), ...args, '--data-dir', data, '--json']
  const child = spawn('sh', ['-c', 'umask 000; exec "$@"', 'sh', ...(tracing ? traced : []), ...command], {
    cwd: out,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary, XDG_RUNTIME_DIR: join(folder, 'run'), ...env },
  })
  let said = ''
  let complained = ''
  child.stdout.on('data', (chunk) => {
    said += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    complained += String(chunk)
  })
  const ended = new Promise<number | null>((done) => child.once('close', done))
  return { ended, said: () => said, complained: () => complained }
}
const CALLS = 'open,openat,creat,mkdir,mkdirat,mknod,mknodat,rename,renameat,renameat2,link,linkat'

async function whatslang(...args: string[]): Promise<Record<string, unknown>> {
  const command = run(args)
  expect(await command.ended, command.complained()).toBe(0)
  return JSON.parse(command.said()) as Record<string, unknown>
}
async function api(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url.base}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${url.token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  expect(answer.status, `${method} ${path}: ${text.slice(0, 300)}`).toBeLessThan(300)
  return text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
}
/** Asks for an export, and leaves at its first bytes. */
const leave = (path: string) =>
  new Promise<void>((left) => {
    const asked = request(`${url.base}/api${path}`, { headers: { authorization: `Bearer ${url.token}` } }, (answer) => {
      answer.once('data', () => answer.destroy()).once('close', () => left())
    })
    asked.on('error', () => left())
    asked.end()
  })

const everything = (at: string): string[] =>
  existsSync(at) ? readdirSync(at, { recursive: true, encoding: 'utf8' }).map((name) => join(at, name)) : []
const modes = (paths: string[]): string[] =>
  paths
    .filter((path) => (lstatSync(path).mode & 0o077) !== 0)
    .map((path) => `${path} ${(lstatSync(path).mode & 0o777).toString(8)}`)

function fill(path: string): void {
  createFile(path)
  const db = new Database(path)
  db.exec(
    "INSERT INTO accounts (id, jid) VALUES (1, '5511999990001@s.whatsapp.net'); INSERT INTO chats (id, chat_jid, chat_name) VALUES (1, 'a@g.us', 'A')",
  )
  const put = db.prepare(
    "INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text) VALUES (1, 1, ?, '', 0, 1, 1, 'live', 'text', ?)",
  )
  db.transaction(() => {
    for (let n = 0; n < 5000; n++) put.run(`M${n}`, `message ${n} ${'x'.repeat(100)}`)
  })()
  db.close()
  chmodSync(path, 0o644)
}

beforeAll(async () => {
  await bundle()
  folder = mkdtempSync(join(tmpdir(), 'private-'))
  chmodSync(folder, 0o755)
  ;[data, shared, out, temporary] = ['data', 'shared', 'out', 'temporary'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  for (const path of [shared, out, temporary]) {
    mkdirSync(path)
    chmodSync(path, 0o777)
  }
  for (const path of [data, join(folder, 'source'), join(folder, 'traces')]) mkdirSync(path, { mode: 0o755 })
  mkdirSync(join(folder, 'run'), { mode: 0o700 })
  // As a copy by hand leaves them.
  fill(join(data, 'messages.db'))
  writeFileSync(join(data, 'settings.json'), '{}')
  chmodSync(join(data, 'settings.json'), 0o644)
  const source = join(folder, 'source', 'messages.db')
  fill(source)
  const port = await freePort()
  url.base = `http://127.0.0.1:${port}`
  const program = run(['serve'], { WHATSLANG_PORT: String(port), WHATSLANG_TOKEN: url.token })
  await vi.waitFor(() => expect(program.said(), program.complained()).toContain('"pid"'), { timeout: 60_000 })
  const { pid } = JSON.parse(program.said()) as { pid: number }
  serving = pid
  try {
    await api('PATCH', '/settings', { backup: { folder: shared } })
    const restored = await fetch(`${url.base}/api/restore/upload?name=messages.db`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${url.token}` },
      body: readFileSync(source),
    })
    const { upload } = (await restored.json()) as { upload: string }
    await api('POST', `/restore/${upload}/preview`, {})
    seen.restore = modes(everything(join(data, 'restore')))
    await api('POST', `/restore/${upload}/apply`, {})
    await api('POST', '/backups', { format: 'db' })
    for (const format of ['db', 'python-db', 'html']) await api('GET', `/export?format=${format}`)
    await leave('/export?format=sql')
    await api('POST', '/restore/undo', {})
    await api('POST', '/data/vacuum')
    await api('GET', '/health/report')
    await whatslang('backup', '--out', out)
    await whatslang('export', '--format', 'db', '--out', join(out, 'running.db'))
    await whatslang('doctor').catch(() => undefined) // it finds the wide folders that this test made
    seen.scratch = everything(join(data, 'scratch'))
    seen.temporary = everything(temporary)
  } finally {
    process.kill(pid, 'SIGTERM')
    expect(await program.ended, program.complained()).toBe(0)
    serving = undefined
  }
  await whatslang('export', '--format', 'db', '--out', join(out, 'alone.db'))
  await whatslang('export', '--format', 'csv', '--out', join(out, 'alone.csv'))
  const { file } = await whatslang('backup', '--format', 'db')
  await whatslang('verify', String(file))
  await whatslang('restore', source, '--yes')
})
afterAll(() => {
  if (serving !== undefined) process.kill(serving, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

test('nothing stays of what was sent, of what was left by its caller, and of the work itself', () => {
  expect(seen.scratch).toEqual([])
  expect(everything(join(data, 'scratch'))).toEqual([])
  expect([seen.temporary, everything(temporary)]).toEqual([[], []])
  expect(readdirSync(out).sort()).toEqual(['alone.csv', 'alone.db', expect.stringMatching(/^messages_/), 'running.db'])
  expect(readdirSync(join(data, 'restore'))).toEqual(['undo.json'])
  expect(
    readdirSync(shared).filter((name) => !/^(messages_[\da-f_]+\.[a-z.]+|catalogue-[\da-f-]+\.json)$/.test(name)),
  ).toEqual([])
})

test('every file is for its user alone, also in a directory that was found wider, which stays as it was', () => {
  expect(everything(data).length).toBeGreaterThan(10)
  expect(modes([...everything(data), ...everything(shared), ...everything(out)])).toEqual([])
  expect(seen.restore).toEqual([])
  expect([data, shared].map((path) => statSync(path).mode & 0o777)).toEqual([0o755, 0o777])
})

test.skipIf(!tracing)('no file was wider for a moment, and none was made elsewhere (needs strace)', () => {
  const { made, renamed } = madeFiles()
  expect(made.length).toBeGreaterThan(100)
  const places = [data, shared, out].map((place) => `${place}/`)
  const elsewhere = made.filter(({ path }) => !places.some((place) => path.startsWith(place)))
  expect(elsewhere.filter(({ path }) => !/^\/(dev|proc)\//.test(path)).map(({ call }) => call)).toEqual([])
  // SQLite would make each database with mode 644, and opens it so also where it is there: then it was made before, for its user alone.
  const there = new Set(made.filter(({ mode }) => (mode & 0o077) === 0).map(({ path }) => path))
  there.add(join(data, 'messages.db')) // this test made it
  for (const { to, from } of renamed) if (there.has(from)) there.add(to)
  const wide = made.filter(({ path }) => !there.has(path) && !/^\/(dev|proc)\//.test(path))
  expect(wide.map(({ call }) => call)).toEqual([])
})

test.skipIf(!asRoot)('another user reads none of it and writes none of it (needs root and setpriv)', () => {
  const asNobody = (...args: string[]) =>
    spawnSync('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', ...args], { encoding: 'utf8' })
  const places = [data, shared, out]
  // That it sees the folders at all.
  expect(asNobody('ls', data).stdout).toContain('messages.db')
  const open = asNobody('find', ...places, '-not', '-type', 'd', '(', '-readable', '-o', '-writable', ')')
  expect(open.stdout).toBe('')
  const inner = asNobody('find', ...places, '-mindepth', '1', '-type', 'd', '(', '-readable', '-o', '-executable', ')')
  expect(inner.stdout).toBe('')
  for (const path of places.flatMap(everything)) {
    expect(asNobody('head', '-c', '1', path).status, path).not.toBe(0)
    if (statSync(path).isFile()) expect(asNobody('sh', '-c', 'echo x >> "$1"', 'sh', path).status, path).not.toBe(0)
  }
})

/** What the programs made, with the modes that they asked for; the umask of this test takes nothing away. */
function madeFiles() {
  const calls = readdirSync(join(folder, 'traces')).flatMap((name) =>
    readFileSync(join(folder, 'traces', name), 'utf8').split('\n'),
  )
  const made = calls.flatMap((call) => {
    const match = /^(\w+)\((?:AT_FDCWD|\d+)?(?:, )?"([^"]+)", (?:.*, )?(0\d*)\)\s+= \d+/.exec(call)
    const [, name = '', path = '', mode = ''] = match ?? []
    if (match === null || (name.startsWith('open') && !/O_CREAT|O_TMPFILE/.test(call))) return []
    return [{ path: resolve(out, path), mode: Number.parseInt(mode, 8), call }]
  })
  const renamed = calls.flatMap((call) => {
    const [, from, to] = /^(?:rename|link)\w*\([^"]*"([^"]+)",[^"]*"([^"]+)".*\)\s+= 0/.exec(call) ?? []
    return from === undefined || to === undefined ? [] : [{ from: resolve(out, from), to: resolve(out, to) }]
  })
  return { made, renamed }
}
