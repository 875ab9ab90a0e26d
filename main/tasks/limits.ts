import { execFile } from 'node:child_process'
import { lstat, readdir, readFile, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { TaskLimits } from '../ports.ts'
import { childEnvironment } from './environment.ts'
import { TaskError } from './task-error.ts'

const run = promisify(execFile)
const LOOK_EVERY_MS = 250
/** Below this a task is not what fills a disk. */
const FEW_BYTES = 64 * 2 ** 20

export interface LimitWatch {
  /** What the child said of itself; used where the system does not tell. */
  reported(memoryBytes: number): void
  dispose(): void
}

/** Watches a child from outside and calls `onExceeded` once. Times and sizes are looked at four times a second. */
export function watchLimits(pid: number, limits: TaskLimits, onExceeded: (error: TaskError) => void): LimitWatch {
  let stopped = false
  let reported = 0
  let looking = false
  const stop = () => {
    stopped = true
    clearInterval(timer)
    clearTimeout(deadline)
  }
  const exceed = (error: TaskError) => {
    if (stopped) return
    stop()
    onExceeded(error)
  }
  const look = async () => {
    if (limits.memoryBytes !== undefined) {
      const bytes = (await residentBytes(pid)) ?? reported
      if (bytes > limits.memoryBytes) exceed(over('MEMORY_LIMIT', 'memory', bytes, limits.memoryBytes))
    }
    if (limits.diskBytes !== undefined && limits.diskPath !== undefined) {
      const bytes = await bytesAt(limits.diskPath)
      if (bytes > limits.diskBytes) exceed(over('DISK_LIMIT', 'disk space', bytes, limits.diskBytes))
      const free = bytes > FEW_BYTES ? await freeAt(limits.diskPath) : undefined
      if (free !== undefined && free < (limits.reserveBytes ?? 0)) exceed(hardlyRoom(bytes, free))
    }
  }
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void look().finally(() => {
      looking = false
    })
  }, LOOK_EVERY_MS)
  const deadline =
    limits.milliseconds === undefined
      ? undefined
      : setTimeout(
          () => exceed(new TaskError('TIME_LIMIT', 'It took longer than it may and was stopped; nothing was changed.')),
          limits.milliseconds,
        )
  return {
    reported: (bytes) => {
      reported = bytes
    },
    dispose: stop,
  }
}

function over(code: 'MEMORY_LIMIT' | 'DISK_LIMIT', what: string, used: number, limit: number): TaskError {
  const message = `It needed more ${what} than it may use (${mib(used)} of ${mib(limit)} MiB) and was stopped; nothing was changed.`
  return new TaskError(code, message, { used, limit })
}
const hardlyRoom = (needed: number, free: number): TaskError =>
  new TaskError(
    'NO_SPACE',
    `The disk is nearly full (${mib(free)} MiB are left), so the work was stopped; nothing was changed. Free some space and try again.`,
    { needed, free },
  )
const mib = (bytes: number) => Math.round(bytes / 1048576)

/** Undefined where the process is gone or the system does not tell. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    if (process.platform === 'linux') {
      const status = await readFile(`/proc/${pid}/status`, 'latin1')
      const kib = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
      return kib === undefined ? undefined : Number(kib) * 1024
    }
    if (process.platform === 'win32') return undefined
    const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)], { env: childEnvironment() })
    return Number(stdout.trim()) * 1024
  } catch {
    return undefined // gone: its end is reported elsewhere
  }
}

/** Undefined where the system does not tell. A path that is not there yet is on the disk of its folder. */
async function freeAt(path: string): Promise<number | undefined> {
  const facts = await statfs(path).catch(() => statfs(dirname(path)).catch(() => undefined))
  return facts === undefined || facts.blocks === 0 ? undefined : facts.bavail * facts.bsize
}

/** Size of a file with SQLite's companions, or of everything in a folder. What is not there counts nothing. */
async function bytesAt(path: string): Promise<number> {
  const facts = await lstat(path).catch(() => undefined)
  if (facts?.isDirectory() !== true) return await sumOf(['', '-wal', '-journal'].map((end) => sizeAt(path + end)))
  const names = await readdir(path).catch(() => [])
  return await sumOf(names.map((name) => sizeAt(join(path, name))))
}
async function sizeAt(path: string): Promise<number> {
  const facts = await lstat(path).catch(() => undefined)
  return facts?.isDirectory() === true ? await bytesAt(path) : (facts?.size ?? 0)
}
const sumOf = async (sizes: Promise<number>[]): Promise<number> =>
  (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
