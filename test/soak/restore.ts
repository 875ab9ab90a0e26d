// `npm run soak -- restore [--rounds 2000] [--job restore] [--parallel 2]`: kill -9 at random moments of backup, verify, restore, undo,
// import, prune and vacuum. After each, the start-up recovery must find the old or the new state, by digest, within two seconds, and every
// backup that is listed as proven must verify. With --disk, the same on a disk that is full after so and so many bytes: nobody is killed,
// each job fails by itself. One JSON line at the end.
import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { digestTables } from '../../main/backup/dump/digest.ts'
import { openBackup } from '../../main/backup/read-backup.ts'
import { recoverSwap } from '../../main/backup/restore/swap.ts'
import { createFile } from '../../main/store/create-file.ts'
import { openStore } from '../../main/store/index.ts'
import { JOBS, type Job, NOW, openBackups, runJob } from './restore-job.ts'
import { mountSmallDisk } from './small-disk.ts'

interface Plan {
  job: Job
  template: string
  states: { old: string; new: string }
  /** ms that the job takes when nobody kills it. */
  takes: number
}

export async function restore(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '2000' },
      job: { type: 'string' },
      parallel: { type: 'string', default: '2' },
      disk: { type: 'boolean', default: false },
    },
  })
  const root = mkdtempSync(join(tmpdir(), 'soak-restore-'))
  try {
    const plans: Plan[] = []
    for (const job of JOBS) if (values.job === undefined || values.job === job) plans.push(await plan(job, root))
    if (values.disk) return await fillDisks(plans)
    const seen: Record<string, number> = {}
    const broken: string[] = []
    let slowest = 0
    let next = 0
    const worker = async (): Promise<void> => {
      for (let round = next++; round < Number(values.rounds); round = next++) {
        const one = plans[round % plans.length]
        if (one === undefined) return
        const folder = join(root, `round-${round}`)
        const result = await runRound(one, folder)
        seen[`${one.job} ${result.state}`] = (seen[`${one.job} ${result.state}`] ?? 0) + 1
        slowest = Math.max(slowest, result.recovery)
        broken.push(...result.broken.map((what) => `round ${round}, ${one.job}: ${what}`))
        if (result.broken.length === 0) rmSync(folder, { recursive: true, force: true })
      }
    }
    await Promise.all(Array.from({ length: Number(values.parallel) }, worker))
    const ok = broken.length === 0 && slowest < 2000
    const figures = { rounds: Number(values.rounds), seen, slowest_recovery_ms: Math.round(slowest) }
    console.log(JSON.stringify({ soak: 'restore', ok, ...figures, broken: broken.slice(0, 20) }))
    return ok
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** The directory that each round starts from, and what the job makes of it when it comes to its end. */
async function plan(job: Job, root: string): Promise<Plan> {
  const template = join(root, `template-${job}`)
  mkdirSync(template)
  const database = join(template, 'messages.db')
  if (job === 'import') pythonFile(database)
  else {
    createFile(database)
    fill(database, 0, 1500)
    const backups = await openBackups(template)
    await backups.create({ reason: 'manual' })
    if (job === 'prune') for (let i = 0; i < 4; i++) await backups.create({ reason: 'manual' })
    await backups.dispose()
    fill(database, 1500, 2000)
    if (job === 'undo') {
      await runJob('restore', template)
      fill(database, 2000, 2100)
    }
  }
  const old = job === 'import' ? 'python' : await digestOf(database)
  const whole = join(root, `whole-${job}`)
  cpSync(template, whole, { recursive: true })
  const started = performance.now()
  await runJob(job, whole)
  const takes = performance.now() - started
  return { job, template, takes, states: { old, new: await digestOf(join(whole, 'messages.db')) } }
}

const STEP_BYTES = 40 * 1024

/** From no room at all to as much as the job needs, in small steps. */
async function fillDisks(plans: Plan[]): Promise<boolean> {
  let good = true
  for (const one of plans) {
    const seen: Record<string, number> = {}
    const broken: string[] = []
    for (let left = 0; left < 40 * 2 ** 20; left += STEP_BYTES) {
      const disk = mountSmallDisk(64)
      if (disk === undefined) {
        console.log(JSON.stringify({ soak: 'restore', run: 'full-disk', skipped: 'no right to mount a small disk' }))
        return true
      }
      try {
        const folder = join(disk.path, 'data')
        cpSync(one.template, folder, { recursive: true })
        disk.fill(left)
        const code = await work(one.job, folder)
        disk.free()
        const result = await judge(one, folder, code)
        seen[`${code === 0 ? 'done' : 'failed'} ${result.state}`] =
          (seen[`${code === 0 ? 'done' : 'failed'} ${result.state}`] ?? 0) + 1
        broken.push(...result.broken.map((what) => `${left} bytes left: ${what}`))
        if (code === 0) break
        if (result.state.startsWith('new') && one.states.new !== one.states.old)
          broken.push(`${left} bytes left: it failed and changed all the same`)
      } finally {
        disk.dispose()
      }
    }
    good &&= broken.length === 0
    console.log(
      JSON.stringify({
        soak: 'restore',
        run: 'full-disk',
        job: one.job,
        ok: broken.length === 0,
        seen,
        broken: broken.slice(0, 20),
      }),
    )
  }
  return good
}

async function work(job: Job, folder: string): Promise<number | null> {
  const child = fork(join(import.meta.dirname, 'restore-job.ts'), { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await ready(child)
  child.send({ job, folder })
  return await ended
}

async function runRound(one: Plan, folder: string) {
  const { job, template, takes } = one
  cpSync(template, folder, { recursive: true })
  const child = fork(join(import.meta.dirname, 'restore-job.ts'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await ready(child)
  child.send({ job, folder })
  // A fresh process is slower than the one that measured.
  await Promise.race([sleep(Math.random() * takes * 2.5), ended])
  child.kill('SIGKILL')
  const code = await ended
  const result = await judge(one, folder, code)
  if (code === 1) result.broken.push('the job failed by itself')
  return { ...result, state: code === 0 ? `${result.state}, was done` : result.state }
}

/** What the start-up recovery makes of it. */
async function judge({ job, states }: Plan, folder: string, code: number | null) {
  const database = join(folder, 'messages.db')
  const broken: string[] = []
  const before = job === 'import' ? 'python' : undefined
  const started = performance.now()
  let state = 'lost'
  let recovery = 0
  try {
    await recoverSwap(database)
    const untouched = before === 'python' && isPython(database)
    openStore({ path: database, clock: { now: () => NOW } }).close()
    const backups = await openBackups(folder)
    recovery = performance.now() - started
    const digest = await digestOf(database)
    state =
      untouched && digest === states.new
        ? 'old'
        : digest === states.old
          ? 'old'
          : digest === states.new
            ? 'new'
            : 'neither'
    if (state === 'neither') broken.push('neither the old nor the new state')
    broken.push(...(await check(folder, job, await backups.list())))
    await backups.dispose()
  } catch (error) {
    broken.push(error instanceof Error ? `${error.name}: ${error.message}` : 'recovery failed')
  }
  if (code === 0 && state !== 'new' && states.new !== states.old) broken.push('it was done, and the old state is back')
  return { state, recovery, broken }
}

async function check(
  folder: string,
  job: Job,
  listed: { id: string; verification: string; kept_because: string[] }[],
): Promise<string[]> {
  const broken: string[] = []
  for (const { id, verification } of listed.filter((backup) => !backup.kept_because.includes('foreign'))) {
    // The file of a prune that was cut off before its list was written.
    if (verification === 'missing' && job === 'prune') continue
    if (verification !== 'verified') {
      if (verification !== 'unverified') broken.push(`${id} is listed as ${verification}`)
      continue
    }
    try {
      const opened = openBackup(join(folder, 'backups', id))
      for await (const _ of opened.content);
      opened.proof()
    } catch (error) {
      broken.push(`${id} is listed as proven: ${error instanceof Error ? error.message : 'unreadable'}`)
    }
  }
  if (job !== 'import' && !listed.some(({ verification }) => verification === 'verified'))
    broken.push('no proven backup is left')
  const left = [...readdirSync(folder), ...names(join(folder, 'backups')), ...names(join(folder, 'restore'))]
  for (const name of left)
    if (/partial|before-restore|restored|^restore\.json|upload-|salvage-|\.imported$/.test(name))
      broken.push(`${name} was left behind`)
  if (job === 'import' && !readdirSync(folder).some((name) => name.includes('.python-')))
    broken.push('the original is gone')
  return broken
}
const names = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])

const ready = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once('message', () => resolve()))

async function digestOf(database: string): Promise<string> {
  const db = new Database(database, { readonly: true })
  try {
    if (db.pragma('integrity_check', { simple: true }) !== 'ok') return 'damaged'
    return createHash('sha256')
      .update(JSON.stringify(await digestTables(db)))
      .digest('hex')
  } finally {
    db.close()
  }
}
const isPython = (database: string): boolean =>
  existsSync(database) && readFileSync(database).subarray(68, 72).toString('latin1') !== 'WHLG'

/** The newest commits stay in the `-wal`, as a program that was killed leaves them: a restore has to deal with them. */
function fill(path: string, from: number, to: number): void {
  const db = new Database(path)
  db.exec(`INSERT OR IGNORE INTO meta VALUES ('installation', 'here'); INSERT OR IGNORE INTO accounts (id, jid, linked_at) VALUES (1, '5511999990001@s.whatsapp.net', 1);
    INSERT OR IGNORE INTO chats (id, chat_jid, added_at) VALUES (1, 'a@g.us', 1)`)
  const put = db.prepare(
    "INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text) VALUES (1, 1, 'M' || @i, '', 0, @i, @i, 'live', 'text', 'A message with the number ' || @i)",
  )
  const answer = db.prepare(
    "INSERT INTO processed_messages (account_id, chat_id, message_id, bot_name, response_text, processed_at) VALUES (1, 1, 'M' || @i, 'joke', 'answer', @i)",
  )
  const run = db.transaction((low: number, high: number) => {
    for (let i = low; i < high; i++) {
      put.run({ i })
      if (i % 3 === 0) answer.run({ i })
    }
  })
  run(from, to - 50)
  db.close()
  const wal = new Database(path)
  wal.pragma('journal_mode = WAL')
  wal.pragma('wal_autocheckpoint = 0')
  const late = wal.prepare(put.source)
  for (let i = to - 50; i < to; i++) late.run({ i })
  // Copied while it is open: closing would move the -wal into the file.
  for (const end of ['', '-wal']) cpSync(path + end, `${path}.kept${end}`)
  wal.close()
  for (const end of ['', '-wal']) {
    cpSync(`${path}.kept${end}`, path + end)
    rmSync(`${path}.kept${end}`)
  }
}

function pythonFile(path: string): void {
  const db = new Database(path)
  db.exec(`CREATE TABLE processed_messages (message_id TEXT, bot_name TEXT, original_text TEXT, response_text TEXT, metadata TEXT, processed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (message_id, bot_name));
    CREATE TABLE chats (chat_jid TEXT PRIMARY KEY, chat_name TEXT, is_manual INTEGER DEFAULT 0, last_synced TIMESTAMP, added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE bot_chat_assignments (id INTEGER PRIMARY KEY AUTOINCREMENT, bot_name TEXT NOT NULL, chat_jid TEXT NOT NULL, enabled INTEGER DEFAULT 1, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, UNIQUE(bot_name, chat_jid));
    INSERT INTO chats (chat_jid, chat_name) VALUES ('a@g.us', 'A'); INSERT INTO bot_chat_assignments (bot_name, chat_jid) VALUES ('joke', 'a@g.us')`)
  const put = db.prepare("INSERT INTO processed_messages VALUES (?, 'joke', 'x', 'y', '', '2026-01-01 10:00:00')")
  db.transaction(() => {
    for (let i = 0; i < 2000; i++) put.run(`P${i}`)
  })()
  db.close()
}
