import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { makeData } from './command.ts'

const USER = 65_534
const asRoot = process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0
let folder = ''
let data = ''
beforeAll(() => bundle())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreign-'))
  chmodSync(folder, 0o755)
  data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  makeData(data)
  for (const path of everything()) chownSync(path, USER, USER)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function run(user: 'root' | 'owner', ...args: string[]) {
  const command = [
    process.execPath,
    join(import.meta.dirname, '../out/main/cli.js'),
    ...args,
    '--data-dir',
    data,
    '--json',
  ]
  const as = ['setpriv', '--reuid', String(USER), '--regid', String(USER), '--clear-groups', ...command]
  const [name = '', ...rest] = user === 'root' ? command : as
  const { status, stdout, stderr } = spawnSync(name, rest, {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, HOME: folder },
  })
  return { status, json: () => JSON.parse(stdout), stderr }
}
const everything = () => [
  data,
  ...readdirSync(data, { recursive: true, encoding: 'utf8' }).map((name) => join(data, name)),
]
const foreign = () => everything().filter((path) => lstatSync(path).uid !== USER)

describe.skipIf(!asRoot)('a data directory of one user (needs root and setpriv)', () => {
  test('works for that user after a command as root', () => {
    expect(run('root', 'backup').status).toBe(0)
    expect(everything().length).toBeGreaterThan(8)
    expect(foreign()).toEqual([])
    const again = run('owner', 'backup')
    expect(again.status, again.stderr).toBe(0)
    expect(run('root', 'export', '--format', 'db', '--out', join(folder, 'x.db')).status).toBe(0)
    expect(foreign()).toEqual([])
    expect(
      run('owner', 'doctor')
        .json()
        .findings.filter((one: { code: string }) => one.code === 'owner'),
    ).toEqual([])
  }, 60_000)

  test('with files of root: the doctor names each with its chown, and speaks of no salvage', () => {
    expect(run('owner', 'backup').status).toBe(0)
    const roots = [join(data, 'messages.db'), join(data, 'messages.db.lock'), join(data, 'logs', 'whatslang.log')]
    const backups = readdirSync(join(data, 'backups')).map((name) => join(data, 'backups', name))
    for (const path of [...roots, ...backups]) chownSync(path, 0, 0)
    const report = run('owner', 'doctor')
    expect(report.status, report.stderr).toBe(1)
    const { findings } = report.json() as { findings: { level: string; key: string; way_out: string }[] }
    const wayOut = findings.find(({ key }) => key === 'owner.foreign')?.way_out ?? ''
    expect(wayOut).toContain(`sudo chown ${USER} `)
    for (const path of [...roots, ...backups]) expect(wayOut).toContain(path)
    expect(JSON.stringify(findings)).not.toMatch(/salvage|damaged/)
    // The command as it stands mends it.
    expect(spawnSync('sh', ['-c', wayOut.replace('sudo ', '')]).status).toBe(0)
    expect(foreign()).toEqual([])
    expect(run('owner', 'backup').status).toBe(0)
  }, 60_000)
})
