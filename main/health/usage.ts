import { existsSync } from 'node:fs'
import { lstat, readdir, readFile, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import type { Usage } from '../../preload/contract/health.ts'
import { replaceFile } from '../files/replace-file.ts'

export interface UsagePaths {
  database: string
  session: string
  media: string
  logs: string
  /** Where the daily figures are kept. */
  history: string
}

const DAY_MS = 86_400_000
const KEEP_DAYS = 60
const Sample = z.object({ at: z.number(), bytes: z.number() })
const History = z.array(Sample)
type Sample = z.infer<typeof Sample>

/** How much of the disk is ours, and when it will be full at the pace of the last weeks. One figure a day is kept. */
export function createUsage(paths: UsagePaths, now: () => number) {
  /** `backups`: bytes in their folder, which may lie on a disk that does not answer. */
  return async (backups: number): Promise<Usage> => {
    const [database, wal, session, media, logs, disk] = await Promise.all([
      bytesOf(paths.database),
      bytesOf(`${paths.database}-wal`),
      bytesOf(paths.session),
      bytesOf(paths.media),
      bytesOf(paths.logs),
      statfs(nearestFolder(join(paths.database, '..'))),
    ])
    const ours = database + wal + session + media + backups + logs
    const sample = { at: now(), bytes: ours }
    // Where no database is, a disk may not be mounted: nothing is made there.
    const samples = existsSync(paths.database) ? await remember(paths.history, sample) : [sample]
    const growth = growthPerDay(samples)
    const free = disk.bavail * disk.bsize
    return {
      database,
      wal,
      session,
      media,
      backups,
      logs,
      free,
      total: disk.blocks * disk.bsize,
      growth_per_day: growth,
      full_at: growth !== null && growth > 0 && disk.blocks > 0 ? fullAt(now(), free, growth) : null,
    }
  }
}

/** Ten years ahead no date means anything. */
function fullAt(now: number, free: number, growth: number): number | null {
  const days = free / growth
  return days > 3650 ? null : Math.round(now + days * DAY_MS)
}

/**
 * Bytes per day as the slope through the samples (least squares), which one large backup does not bend much. Null with less than two days between
 * the first and the last.
 */
export function growthPerDay(samples: readonly Sample[]): number | null {
  const first = samples[0]
  const last = samples.at(-1)
  if (!first || !last || last.at - first.at < 2 * DAY_MS) return null
  const count = samples.length
  const meanDay = samples.reduce((sum, { at }) => sum + (at - first.at) / DAY_MS, 0) / count
  const meanBytes = samples.reduce((sum, { bytes }) => sum + bytes, 0) / count
  let covariance = 0
  let variance = 0
  for (const { at, bytes } of samples) {
    const day = (at - first.at) / DAY_MS - meanDay
    covariance += day * (bytes - meanBytes)
    variance += day * day
  }
  return Math.round(covariance / variance)
}

/** The folder itself, or the nearest one above it that exists: that disk it would be on. */
function nearestFolder(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(at) || dirname(at) === at) return at
  }
}

async function remember(file: string, sample: Sample): Promise<Sample[]> {
  let samples: Sample[] = []
  try {
    samples = History.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    // Not there yet or damaged: the figures begin anew, nothing else depends on them.
  }
  const last = samples.at(-1)
  if (last && sample.at >= last.at && sample.at - last.at < DAY_MS) return samples
  // A clock that was set back makes later samples meaningless.
  const kept = samples.filter(({ at }) => at < sample.at && at > sample.at - KEEP_DAYS * DAY_MS)
  const next = [...kept, sample]
  await replaceFile(file, JSON.stringify(next))
  return next
}

/** Size of a file, or of everything in a folder. What is not there, or goes while we look, counts nothing. */
async function bytesOf(path: string): Promise<number> {
  const facts = await lstat(path).catch(() => undefined)
  if (!facts) return 0
  if (!facts.isDirectory()) return facts.size
  const names = await readdir(path).catch(() => [])
  const sizes = await Promise.all(names.map((name) => bytesOf(join(path, name))))
  return sizes.reduce((sum, size) => sum + size, 0)
}
