// File systems that hang, for tests: a folder under a second path, through a FUSE daemon that can be stopped.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Why such a mount cannot be made here; undefined: it can. */
export function mountsMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may mount'
  if (!existsSync('/dev/fuse')) return 'there is no /dev/fuse'
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, 'bindfs')))
    ? undefined
    : 'bindfs is not installed'
}

export interface HangingMount {
  path: string
  /** Every question is from now on left without an answer, and who asked waits in the kernel, where no signal reaches it. */
  hang(): void
  /** All of them are answered. */
  goOn(): void
  dispose(): void
}

/**
 * Shows `source` at another path. `options`: of bindfs, as `--delete-deny`. There are two daemons: the one that takes a question waits for the one that
 * is stopped. A question that no daemon took could still be killed.
 */
export async function mountThrough(source: string, options: string[] = []): Promise<HangingMount> {
  mkdirSync(source, { recursive: true })
  const inner = await mountOne(source, [])
  try {
    const outer = await mountOne(inner.path, options)
    return {
      path: outer.path,
      hang: () => {
        inner.daemon.kill('SIGSTOP')
      },
      goOn: () => {
        inner.daemon.kill('SIGCONT')
      },
      dispose() {
        // Who still waits is told that the daemon is gone.
        for (const one of [inner, outer]) one.daemon.kill('SIGKILL')
        for (const one of [outer, inner]) one.unmount()
      },
    }
  } catch (error) {
    inner.daemon.kill('SIGKILL')
    inner.unmount()
    throw error
  }
}

async function mountOne(source: string, options: string[]) {
  const path = mkdtempSync(join(process.cwd(), 'out', 'mount-'))
  // Nothing is remembered by the kernel: each question goes to the daemon.
  const still = ['-o', 'attr_timeout=0,entry_timeout=0,negative_timeout=0']
  const daemon = spawn('bindfs', ['-f', ...options, ...still, source, path], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()))
  const mounted = () => readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${path} `)
  for (let tries = 0; !mounted() && tries < 400; tries++) await new Promise((resolve) => setTimeout(resolve, 25))
  if (!mounted()) {
    daemon.kill('SIGKILL')
    await ended
    throw new Error(`bindfs did not mount ${path}.`)
  }
  return {
    path,
    daemon,
    unmount() {
      execFileSync('umount', ['-l', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}
