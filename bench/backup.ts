// Backups and restores beside what a person would type instead, on the same file, in the same run, with the start of all processes. The dump of sqlite3
// carries the search index's tables as well, as it does for anybody who dumps this file; ours has it made anew.
//   npm run bench -- backup [messages=1000000] [rounds=3] [seeded database]
import { cpSync, existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from '../build/bundle.ts'
import { createForkTasks } from '../main/tasks/fork.ts'
import { restoreInto } from './installation/restore.ts'
import { inFolder, type Measured, measure, median, round, shell } from './measure.ts'
import { seedDatabase } from './seed.ts'

const [messages = 1_000_000, rounds = 3] = process.argv.slice(2, 4).map(Number)
const seeded = process.argv[4]
// Tasks start as they do where the program is installed.
await bundle()
const tasks = createForkTasks({ entry: join(import.meta.dirname, '../out/main/task.js') })

await inFolder(async (folder) => {
  const database = join(folder, 'messages.db')
  if (seeded !== undefined && existsSync(seeded)) cpSync(seeded, database)
  else seedDatabase(database, { chats: 2000, messages })
  await shell('sync')
  const runs = new Map<string, Measured[]>()
  const note = async (name: string, work: () => Promise<unknown>) => {
    runs.set(name, [...(runs.get(name) ?? []), await measure(work)])
  }
  const sizes: Record<string, number> = {}
  await shell(`cat '${database}' > /dev/null`)
  for (let turn = 0; turn < rounds; turn++) {
    for (const [format, tool, end] of [
      ['sql.gz', 'gzip -6', 'gz'],
      ['sql.zst', 'zstd -q -3', 'zst'],
    ] as const) {
      const theirs = join(folder, `theirs.${end}`)
      await note(`dump | ${tool}`, () =>
        shell(`sqlite3 '${database}' .dump | ${tool} > '${theirs}' && sync '${theirs}'`),
      )
      const target = join(folder, `ours.${format}`)
      const input = {
        database,
        target,
        scratch: join(folder, 'scratch'),
        format,
        reason: 'manual',
        appVersion: '0',
        settings: {},
      } as const
      const createdAt = new Date().toISOString()
      await note(`${format} durable`, () => tasks.run('backup.create', { ...input, createdAt }))
      await note(`${format} proof`, () =>
        tasks.run('backup.verify', { path: target, secrets: {}, scratch: join(folder, 'scratch') }),
      )
      if (format === 'sql.gz') {
        const loaded = join(folder, 'loaded.db')
        await note('gunzip | sqlite3', () => shell(`gunzip -c '${theirs}' | sqlite3 '${loaded}' && sync '${loaded}'`))
        rmSync(loaded)
        await note('restore', () => restoreInto(join(folder, 'installation'), tasks, target))
      }
      sizes[tool] = statSync(theirs).size
      sizes[format] = statSync(target).size
      rmSync(theirs)
      rmSync(target)
    }
  }
  const of = (name: string) => runs.get(name) ?? []
  const time = (name: string) => median(of(name).map((run) => run.seconds))
  const memory = (name: string) => Math.max(...of(name).map((run) => run.memory))
  const ratio = (ours: number, theirs: number) => round(ours / theirs)
  const result = {
    bench: 'backup',
    messages,
    rounds,
    database_mb: Math.round(statSync(database).size / 1e6),
    gzip: {
      theirs_seconds: round(time('dump | gzip -6')),
      durable: ratio(time('sql.gz durable'), time('dump | gzip -6')),
      verified: ratio(time('sql.gz durable') + time('sql.gz proof'), time('dump | gzip -6')),
      size: ratio(sizes['sql.gz'] ?? 0, sizes['gzip -6'] ?? 1),
      memory_mb: [memory('sql.gz durable'), memory('sql.gz proof')],
    },
    zstd: {
      theirs_seconds: round(time('dump | zstd -q -3')),
      durable: ratio(time('sql.zst durable'), time('dump | zstd -q -3')),
      size: ratio(sizes['sql.zst'] ?? 0, sizes['zstd -q -3'] ?? 1),
      memory_mb: [memory('sql.zst durable'), memory('sql.zst proof')],
    },
    restore: {
      theirs_seconds: round(time('gunzip | sqlite3')),
      answering: ratio(time('restore'), time('gunzip | sqlite3')),
      memory_mb: memory('restore'),
    },
    goals:
      'gzip durable <= 0.6, verified <= 1.6, size <= 1.05; zstd durable <= 1.3; restore answering <= 1.2; memory < 150 MB',
  }
  console.log(JSON.stringify(result))
})
await tasks.dispose()
