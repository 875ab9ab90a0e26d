// Backups and restores beside what a person would type instead, on the same file, in the same run, with the start of all processes: one line for each file.
//   npm run bench -- backup [year | imported | small]... [--rounds 3]
// Wall time is what the bars are about. The machine may be busy with other work: `cpu` is the ratio of the processor time of all processes of each side.
import { cpSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from '../build/bundle.ts'
import { createForkTasks } from '../main/tasks/fork.ts'
import { FILE_NAMES, type FileName, fileOf } from './backup/files.ts'
import { checkRival, dumpCommand, PACKERS } from './backup/rival.ts'
import { restoreInto } from './installation/restore.ts'
import { readArguments } from './large.ts'
import { inFolder, type Measured, measure, median, round, shell } from './measure.ts'

type Format = keyof typeof PACKERS
const FORMATS = Object.keys(PACKERS) as Format[]

const { named, rest } = readArguments(process.argv.slice(2))
const rounds = Number(named.get('rounds') ?? 3)
const chosen = rest.length === 0 ? FILE_NAMES : FILE_NAMES.filter((name) => rest.includes(name))
if (chosen.length < rest.length) throw new Error(`There are the files ${FILE_NAMES.join(', ')}.`)
// Tasks start as they do where the program is installed.
await bundle()
const out = join(import.meta.dirname, '../out/main')
const tasks = createForkTasks({ entry: join(out, 'task.js') })
for (const name of chosen) await inFolder((folder) => measureFile(name, folder))
await tasks.dispose()

async function measureFile(name: FileName, folder: string): Promise<void> {
  const database = join(folder, 'messages.db')
  cpSync(fileOf(name), database)
  const dump = dumpCommand(database)
  const runs = new Map<string, Measured[]>()
  const sizes = new Map<string, number>()
  const note = async (what: string, work: () => Promise<unknown>) => {
    runs.set(what, [...(runs.get(what) ?? []), await measure(work)])
  }
  await shell(`sync && cat '${database}' > /dev/null`)
  for (let turn = 0; turn < rounds; turn++) {
    for (const format of FORMATS) {
      const theirs = join(folder, `theirs.${format}`)
      const ours = join(folder, `ours.${format}`)
      const scratch = join(folder, 'scratch')
      await note(`${format} theirs`, () => shell(`${dump} | ${PACKERS[format]} > '${theirs}' && sync '${theirs}'`))
      const createdAt = new Date().toISOString()
      const input = {
        database,
        target: ours,
        scratch,
        format,
        reason: 'manual',
        appVersion: '0',
        settings: {},
      } as const
      await note(`${format} durable`, () => tasks.run('backup.create', { ...input, createdAt }))
      await note(`${format} proof`, () => tasks.run('backup.verify', { path: ours, secrets: {}, scratch }))
      sizes.set(`${format} theirs`, statSync(theirs).size)
      sizes.set(format, statSync(ours).size)
      if (format === 'sql.gz') {
        const loaded = join(folder, 'loaded.db')
        await note('restore theirs', () => shell(`gunzip -c '${theirs}' | sqlite3 '${loaded}' && sync '${loaded}'`))
        if (turn === 0) checkRival(database, loaded)
        rmSync(loaded)
        await note('restore', () => restoreInto(join(folder, 'installation'), tasks, ours))
      }
      rmSync(theirs)
      rmSync(ours)
    }
    if (name === 'small') for (let time = 0; time < 3; time++) await noteCommands(folder, database, note)
  }
  console.log(JSON.stringify(report(name, runs, sizes, statSync(database).size)))
}

/** The whole command as cron runs it, beside the shortest one there is. */
async function noteCommands(
  folder: string,
  database: string,
  note: (what: string, work: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const data = join(folder, 'data')
  const command = (words: string) => `'${process.execPath}' '${join(out, 'cli.js')}' ${words} > /dev/null`
  if (!existsSync(data)) mkdirSync(data, { mode: 0o700 })
  cpSync(database, join(data, 'messages.db'))
  // The first start after an installation is not what cron meets every night.
  await shell(command(`backups --data-dir '${data}'`))
  await note('version', () => shell(command('version')))
  await note('command', () => shell(command(`backup --data-dir '${data}'`)))
  rmSync(data, { recursive: true })
}

function report(name: FileName, runs: Map<string, Measured[]>, sizes: Map<string, number>, bytes: number) {
  const of = (what: string) => runs.get(what) ?? []
  const time = (what: string, key: 'seconds' | 'cpu') => median(of(what).map((run) => run[key]))
  const memory = (...whats: string[]) => Math.max(...whats.flatMap(of).map((run) => run.memory))
  /** Of wall time, of processor time, and the seconds behind the first. */
  const ratio = (ours: string[], theirs: string) => {
    const sum = (key: 'seconds' | 'cpu') => ours.reduce((total, what) => total + time(what, key), 0)
    const [mine, other] = [sum('seconds'), time(theirs, 'seconds')]
    return {
      ratio: round(mine / other),
      cpu: round(sum('cpu') / time(theirs, 'cpu')),
      seconds: [round(mine), round(other)],
    }
  }
  const formatOf = (format: Format) => ({
    durable: ratio([`${format} durable`], `${format} theirs`),
    verified: ratio([`${format} durable`, `${format} proof`], `${format} theirs`),
    size: round((sizes.get(format) ?? 0) / (sizes.get(`${format} theirs`) ?? 1)),
  })
  const durables = FORMATS.flatMap((format) => [`${format} durable`, `${format} proof`])
  return {
    bench: 'backup',
    file: name,
    rounds,
    database_mb: round(bytes / 1e6),
    'sql.gz': formatOf('sql.gz'),
    'sql.zst': formatOf('sql.zst'),
    restore: ratio(['restore'], 'restore theirs'),
    memory_mb: { durable: memory(...FORMATS.map((f) => `${f} durable`)), all: memory(...durables, 'restore') },
    ...(name === 'small' && { command: ratio(['command'], 'version') }),
    theirs: `sqlite3 '.dump <the same tables and indexes, no search index>' | ${Object.values(PACKERS).join(' or ')}, sync; restore: gunzip | sqlite3 <new file>, the same indexes, sync`,
    ours: 'durable: check of the structure, dump, compression, seal, fsync, rename; verified: and the file read back, loaded, every row digested; restore: file to bots that answer again, with preview, safety backup, carry-over and swap',
    bars:
      name === 'small'
        ? 'command <= 4 x version'
        : 'sql.gz durable <= 0.6, verified <= 1.3, size <= 1.03; sql.zst durable <= 1.3; restore <= 1.3; memory < 150',
  }
}
