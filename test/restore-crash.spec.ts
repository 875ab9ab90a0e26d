// A swap that is killed at a random moment leaves the old or the new database, whole, and the next start ends it.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { recoverSwap } from '../main/backup/restore/swap.ts'
import { runPower } from './soak/power.ts'
import { canTrace } from './soak/power-trace.ts'
import { restore } from './soak/restore.ts'

const ROUNDS = Number(process.env.RESTORE_CRASH_ROUNDS ?? 30)

/** The old file has a `-wal` whose commits must go away with it, or stay with it. */
function prepare(folder: string): void {
  for (const [name, value] of [
    ['messages.db', 'old'],
    ['messages.db.restored', 'new'],
  ] as const) {
    const db = new Database(join(folder, name))
    db.exec('CREATE TABLE t (a)')
    const put = db.prepare('INSERT INTO t VALUES (?)')
    db.transaction(() => {
      for (let i = 0; i < 2000; i++) put.run(`${value} ${i}`)
    })()
    db.close()
  }
}
/** As a crashed program leaves it: the newest commit only in the `-wal`. */
const LEAVE_WAL = `
  const Database = (await import('better-sqlite3')).default
  const db = new Database(process.argv[1])
  db.pragma('journal_mode = WAL')
  db.pragma('wal_autocheckpoint = 0')
  db.exec("INSERT INTO t VALUES ('old last')")
  process.kill(process.pid, 'SIGKILL')`
const SWAP = `
  const { swapDatabase } = await import(process.argv[3])
  process.stdout.write('go')
  await swapDatabase(process.argv[1], process.argv[2], async () => {})
  process.stdout.write('done')`

function child(code: string, args: string[]) {
  const started = spawn(process.execPath, ['--input-type=module', '-e', code, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise<void>((resolve) => started.once('exit', () => resolve()))
  const going = new Promise<void>((resolve) => started.stdout.once('data', () => resolve()))
  return { process: started, ended, going: Promise.race([going, ended]) }
}

test(`${ROUNDS} kills in the middle of a swap`, { timeout: 20_000 + ROUNDS * 3_000 }, async () => {
  const seen: Record<string, number> = {}
  for (let round = 0; round < ROUNDS; round++) {
    const folder = mkdtempSync(join(tmpdir(), 'swap-crash-'))
    try {
      prepare(folder)
      const database = join(folder, 'messages.db')
      await child(LEAVE_WAL, [database]).ended
      const swap = child(SWAP, [
        database,
        `${database}.restored`,
        new URL('../main/backup/restore/swap.ts', import.meta.url).href,
      ])
      await swap.going
      await sleep(Math.random() * 30)
      swap.process.kill('SIGKILL')
      await swap.ended
      const start = performance.now()
      const recovery = await recoverSwap(database)
      expect(performance.now() - start).toBeLessThan(2000)
      const db = new Database(database, { fileMustExist: true })
      const rows = db.prepare('SELECT a FROM t ORDER BY rowid').pluck().all() as string[]
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
      db.close()
      const isOld = rows[0] === 'old 0'
      expect(rows.length, `${recovery} ${String(rows[0])}`).toBe(isOld ? 2001 : 2000)
      expect(new Set(rows.map((row) => row.slice(0, 3))).size).toBe(1)
      seen[`${recovery} ${isOld ? 'old' : 'new'}`] = (seen[`${recovery} ${isOld ? 'old' : 'new'}`] ?? 0) + 1
      expect(await recoverSwap(database)).toBe('none')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  writeFileSync(1, `${JSON.stringify(seen)}\n`)
})

test('kills in the middle of every job leave the old or the new state', { timeout: 300_000 }, async () => {
  expect(await restore(['--kills', '18'])).toBe(true)
})

test.skipIf(!canTrace())(
  'a power cut in the middle of a backup or a restore leaves the old or the new state, and would not without its fsyncs',
  { timeout: 300_000 },
  async () => {
    const jobs = ['backup', 'restore beside a reader'] as const
    const report = await runPower({ jobs, states: 30, missing: 400, seed: 1, disorderly: false })
    expect(report?.broken).toEqual([])
    const red = Object.entries(report?.without ?? {}).flatMap(([kind, broken]) => (broken === undefined ? [] : [kind]))
    expect(red).toEqual(expect.arrayContaining(['backup', 'catalogue', 'candidate', 'journal', 'folder']))
  },
)
