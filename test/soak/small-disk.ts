import { execFileSync } from 'node:child_process'
import { closeSync, fstatSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A small filesystem in memory that can be filled to its last byte. Undefined where this user may not mount one. */
export function mountSmallDisk(megabytes: number) {
  const path = mkdtempSync(join(tmpdir(), 'whatslang-small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'whatslang-soak', path], {
      stdio: 'ignore',
    })
  } catch {
    rmSync(path, { recursive: true })
    return undefined
  }
  const filler = join(path, 'filler')
  return {
    path,
    /** `left`: bytes that stay free. */
    fill(left = 0): void {
      const file = openSync(filler, 'w')
      const block = Buffer.alloc(64 * 1024)
      try {
        for (;;) writeSync(file, block)
      } catch {
        // Full: what was asked for.
      } finally {
        if (left > 0) ftruncateSync(file, Math.max(0, fstatSync(file).size - left))
        closeSync(file)
      }
    },
    free(): void {
      const file = openSync(filler, 'r+')
      ftruncateSync(file, 0)
      closeSync(file)
      rmSync(filler)
    },
    dispose(): void {
      execFileSync('umount', ['-l', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}
