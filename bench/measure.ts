import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Measured {
  seconds: number
  /** Seconds of processor time, in user and system mode, of this process and of all that were started and ended (Linux; 0 elsewhere). */
  cpu: number
  /**
   * Highest sum of what all processes that were started had for themselves, and of what this one had grown by, in MB (Linux; 0 elsewhere). Pages of the
   * program's own file, which this process holds as well, are not counted again for each.
   */
  memory: number
}

/** Wall time from before the first process starts, and the memory of every descendant meanwhile. */
export async function measure(work: () => Promise<unknown>): Promise<Measured> {
  let memory = 0
  const own = process.memoryUsage.rss()
  const look = () => {
    const grown = Math.max(0, process.memoryUsage.rss() - own)
    memory = Math.max(memory, grown + descendants(process.pid).reduce((sum, pid) => sum + privateBytes(pid), 0))
  }
  const timer = setInterval(look, 100)
  const cpu = processorSeconds()
  const start = performance.now()
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  const seconds = (performance.now() - start) / 1000
  return { seconds, cpu: processorSeconds() - cpu, memory: Math.round(memory / 1e6) }
}

const TICKS_PER_SECOND = 100

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: utime, stime, cutime, cstime. */
function processorSeconds(): number {
  try {
    const text = readFileSync('/proc/self/stat', 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND
  } catch {
    return 0 // a system without /proc
  }
}

export function shell(command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] })
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`"${command}" ended with ${code}`))))
  })
}

export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'whatslang-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
export const round = (value: number): number => Math.round(value * 1000) / 1000

function descendants(pid: number): number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const children = threads.flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    )
    return [...children, ...children.flatMap(descendants)]
  } catch {
    return [] // ended meanwhile, or a system without /proc
  }
}
/** https://www.kernel.org/doc/html/latest/filesystems/proc.html: pages that no other process has mapped. */
function privateBytes(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
    return [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+)/gm)].reduce(
      (sum, [, kib]) => sum + Number(kib) * 1024,
      0,
    )
  } catch {
    return 0 // ended meanwhile, or a system without /proc
  }
}
