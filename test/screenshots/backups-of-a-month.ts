import { copyFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { truncated } from '../../main/backup/backup-error.ts'
import type { Entry } from '../../main/backup/catalogue.ts'
import { backupName } from '../../main/backup/file-name.ts'
import { Contents, installationOf } from '../../main/backup/folder/contents.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

/**
 * Makes a month out of the backups that a stopped program has just made: most days have one, two days were missed, one file is damaged, one is
 * gone, one is kept for good.
 */
export function spreadOverMonth(folder: string, now: number): void {
  const [name = ''] = readdirSync(folder).filter((file) => installationOf(file) !== undefined)
  const path = join(folder, name)
  const contents = Contents.parse(JSON.parse(readFileSync(path, 'utf8')))
  const [model, ...others] = contents.entries
  if (!model) throw new Error('The program made no backup to start from.')
  const entries: Entry[] = []
  const place = (entry: Entry, at: number, change: Partial<Entry>): string => {
    const id = backupName(at, contents.installation, entry.format, entry.encryption !== 'none', (name) =>
      entries.some((other) => other.id === name),
    )
    copyFileSync(join(folder, entry.id), join(folder, id))
    const file = join(folder, id)
    const problem = change.verification === 'failed' ? truncated(file).message : null
    entries.push({ ...entry, id, created_at: at, verified_at: at + 2000, problem, ...change })
    return file
  }
  for (let day = 24; day >= 1; day--) {
    if (day === 9 || day === 10) continue
    const at = now - day * DAY - HOUR
    const file = place(model, at, {
      reason: day === 16 ? 'before-restore' : 'scheduled',
      pinned: day === 24,
      ...(day === 5 ? { verification: 'failed', problem_code: 'TRUNCATED' } : {}),
    })
    if (day === 5) truncateSync(file, 4000)
    if (day === 13) rmSync(file)
  }
  // The newest stay when they were made: what a file says of itself agrees with its name.
  entries.push(model, ...others)
  writeFileSync(path, JSON.stringify({ ...contents, entries, rechecked_at: now, scheduled_at: now - HOUR }))
}
