// Backups beside what a person would type instead, on the same file, in the same run, with the start of all processes.
//   npm run bench -- backup [messages=1000000] [rounds=3]
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createForkTasks } from '../main/tasks/fork.ts'
import { inFolder, type Measured, measure, median, round, shell } from './measure.ts'
import { seedDatabase } from './seed.ts'

const [messages = 1_000_000, rounds = 3] = process.argv.slice(2).map(Number)
const tasks = createForkTasks()

await inFolder(async (folder) => {
  const database = join(folder, 'messages.db')
  seedDatabase(database, { chats: 2000, messages })
  const runs: Record<string, Measured[]> = {}
  const note = async (name: string, work: () => Promise<unknown>) => {
    const list = runs[name] ?? []
    runs[name] = list
    list.push(await measure(work))
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
      const input = { database, target, format, reason: 'manual', appVersion: '0', settings: {} } as const
      const createdAt = new Date().toISOString()
      await note(`${format} durable`, () => tasks.run('backup.create', { ...input, createdAt }))
      await note(`${format} proof`, () =>
        tasks.run('backup.verify', { path: target, secrets: {}, scratch: join(folder, 'scratch') }),
      )
      sizes[tool] = statSync(theirs).size
      sizes[format] = statSync(target).size
      rmSync(theirs)
      rmSync(target)
    }
  }
  const time = (name: string) => median((runs[name] ?? []).map((run) => run.seconds))
  const memory = (name: string) => Math.max(...(runs[name] ?? []).map((run) => run.memory))
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
    goals: 'gzip durable <= 0.6, verified <= 1.6, size <= 1.05; zstd durable <= 1.3; memory < 150 MB',
  }
  console.log(JSON.stringify(result))
})
await tasks.dispose()
