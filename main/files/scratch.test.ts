import { spawnSync } from 'node:child_process'
import {
  chmodSync,
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
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createForkTasks } from '../tasks/fork.ts'
import { createScratch, keepTemporaryFilesIn, makeGuestFolder } from './scratch.ts'
import { copyPrivately, createPrivateFile, isUnfinished, unfinished } from './unfinished.ts'

let folder = ''
let place = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scratch-'))
  place = join(folder, 'data', 'scratch')
  mkdirSync(join(folder, 'data'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})
const modeOf = (path: string) => lstatSync(path).mode & 0o777

test('each path is another one, in a folder that only this user can open, also where it was there and wider', async () => {
  mkdirSync(place)
  chmodSync(place, 0o777)
  const scratch = createScratch(place, () => undefined)
  const paths = await Promise.all(Array.from({ length: 20 }, () => scratch.path()))
  expect(new Set(paths).size).toBe(20)
  for (const path of paths) expect(basename(path)).toMatch(/^[0-9a-f-]{36}$/)
  expect(modeOf(place)).toBe(0o700)
})

test('a sweep removes what was left, and leaves alone what another process works with while it lives', async () => {
  const left: string[] = []
  const scratch = createScratch(place, (name) => left.push(name))
  await scratch.sweep()
  expect(modeOf(place)).toBe(0o700)
  const ended = spawnSync(process.execPath, ['-e', ''])
  const guests = [
    `guest-${process.ppid}-x`,
    `guest-${ended.pid}-x`,
    `guest-${process.pid}-x`,
    'guest-0-x',
    'guest--1-x',
  ]
  for (const name of [...guests, 'verify-x']) {
    mkdirSync(join(place, name))
    writeFileSync(join(place, name, 'restored.db'), '')
  }
  await scratch.sweep()
  expect(readdirSync(place)).toEqual([`guest-${process.ppid}-x`])
  expect(left).toEqual([])
  const own = await makeGuestFolder(place)
  expect([basename(own).startsWith(`guest-${process.pid}-`), modeOf(own)]).toEqual([true, 0o700])
})

test('a link in its place is removed, and what it points to is not swept', async () => {
  mkdirSync(join(folder, 'precious'))
  writeFileSync(join(folder, 'precious', 'file'), '')
  symlinkSync(join(folder, 'precious'), place)
  const scratch = createScratch(place, () => undefined)
  await scratch.sweep()
  await scratch.path()
  expect(existsSync(join(folder, 'precious', 'file'))).toBe(true)
  expect(modeOf(join(folder, 'precious')) & 0o077).toBeGreaterThan(0)
  expect(lstatSync(place).isDirectory()).toBe(true)
})

test('where it cannot be made, the start goes on', async () => {
  writeFileSync(place, '')
  const left: string[] = []
  await createScratch(place, (name) => left.push(name)).sweep()
  expect(left).toEqual([place])
})

test.skipIf(process.platform !== 'linux')(
  'what SQLite writes for itself lies there, mode 600 and without a name',
  () => {
    mkdirSync(place)
    const script = `
    import { keepTemporaryFilesIn } from ${JSON.stringify(join(import.meta.dirname, 'scratch.ts'))}
    import { readdirSync, readlinkSync, statSync } from 'node:fs'
    keepTemporaryFilesIn(${JSON.stringify(place)})
    const { default: Database } = await import('better-sqlite3')
    const db = new Database(':memory:')
    db.exec('CREATE TABLE t AS WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) SELECT randomblob(1000) b FROM n')
    for (const _ of db.prepare('SELECT b FROM t ORDER BY b').iterate()) {
      for (const fd of readdirSync('/proc/self/fd')) {
        try {
          const path = readlinkSync('/proc/self/fd/' + fd)
          if (path.endsWith('(deleted)')) console.log(path, (statSync('/proc/self/fd/' + fd).mode & 0o777).toString(8))
        } catch { /* closed meanwhile */ }
      }
      break
    }`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: folder },
    })
    const lines = stdout.trim().split('\n')
    expect(lines.length, stderr).toBeGreaterThan(0)
    for (const line of lines) expect(line).toMatch(new RegExp(`^${place}/\\S+ \\(deleted\\) 600$`))
  },
)

test('the processes that are started are told the same', async () => {
  vi.stubEnv('SQLITE_TMPDIR', undefined)
  keepTemporaryFilesIn(place)
  const entry = join(folder, 'child.mjs')
  writeFileSync(
    entry,
    `process.on('message', () => process.send({ type: 'done', output: process.env.SQLITE_TMPDIR }, () => process.exit(0)))
     process.send({ type: 'ready' })`,
  )
  const tasks = createForkTasks({ entry })
  expect(await tasks.run('vacuum', { database: '' })).toBe(place)
  await tasks.dispose()
})

test('an unfinished file begins as its own name does, cannot be guessed, is never too long, and follows no link', async () => {
  for (const target of [
    join(folder, 'messages_1.sql.gz'),
    join(folder, 'ä'.repeat(120)),
    join(folder, '😂'.repeat(60)),
  ]) {
    const path = unfinished(target)
    expect(path).not.toBe(unfinished(target))
    createPrivateFile(path)
    expect([isUnfinished(path, target), modeOf(path)]).toEqual([true, 0o600])
  }
  const target = join(folder, 'x.db')
  for (const other of [
    target,
    `${target}.partial`,
    join(folder, '..', 'x.db.1.partial'),
    join(place, 'x.db.1.partial'),
  ])
    expect(isUnfinished(other, target), other).toBe(other === `${target}.partial`)
  writeFileSync(join(folder, 'precious'), 'kept')
  symlinkSync(join(folder, 'precious'), join(folder, 'link'))
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'))
  for (const name of ['precious', 'link', 'dangling']) {
    expect(() => createPrivateFile(join(folder, name))).toThrow(expect.objectContaining({ code: 'EEXIST' }))
    await expect(copyPrivately(join(folder, 'precious'), join(folder, name))).rejects.toMatchObject({ code: 'EEXIST' })
  }
  expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('kept')
  expect(existsSync(join(folder, 'nowhere'))).toBe(false)
})
