// The large database that `ui` and `startup` are measured against, seeded once and copied for each run.
import { constants, copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { seedDatabase } from './seed.ts'

export interface LargeSize {
  chats: number
  messages: number
  largest: number
}
export const LARGE: LargeSize = { chats: 50_000, messages: 1_000_000, largest: 200_000 }

/** `--name value` pairs and the rest of the command line. */
export function readArguments(args: readonly string[]): { named: Map<string, string>; rest: string[] } {
  const named = new Map<string, string>()
  const rest: string[] = []
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? ''
    if (word.startsWith('--')) named.set(word.slice(2), args[++index] ?? '')
    else rest.push(word)
  }
  return { named, rest }
}

/** Makes the database at `path` where there is none yet. */
export function ensureSeeded(path: string, size: LargeSize): string {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true })
    seedDatabase(path, { ...size, end: Date.now() })
  }
  return path
}

/** A data directory as a user has it after the welcome, with a copy of `database` or with none. */
export function dataDirectory(folder: string, database?: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ welcomed: true, risk_accepted: true }), { mode: 0o600 })
  if (database !== undefined) copyFileSync(database, join(folder, 'messages.db'), constants.COPYFILE_FICLONE)
  return folder
}

export const megabytes = (path: string): number => Math.round(statSync(path).size / 1e6)

/** Nearest rank of what was measured, in any order. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))] ?? Number.NaN
}
