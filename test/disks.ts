// Disks of their own for tests: file systems in a file, mounted through a loop device. For root alone.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const has = (program: string): boolean =>
  `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(':').some((folder) => existsSync(join(folder, program)))

/** Why no disk can be made here; undefined: one can. */
export function disksMissing(...programs: string[]): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may mount'
  if (!existsSync('/dev/loop-control')) return 'there are no loop devices'
  const missing = programs.find((program) => !has(program))
  return missing === undefined ? undefined : `${missing} is not installed`
}

export interface Disk {
  path: string
  /** What its driver does at an error of the disk: it takes no more changes. */
  fail(): void
  remount(options: string): void
  dispose(): void
}

/** An ext4 of `megabytes`, empty. */
export function makeDisk(megabytes = 64): Disk {
  mkdirSync(join(process.cwd(), 'out'), { recursive: true })
  const folder = mkdtempSync(join(process.cwd(), 'out', 'disk-'))
  const image = join(folder, 'image')
  const path = join(folder, 'mounted')
  mkdirSync(path)
  writeFileSync(image, '')
  truncateSync(image, megabytes * 1024 * 1024)
  execFileSync('mkfs.ext4', ['-q', '-m', '0', image])
  execFileSync('mount', ['-o', 'loop,errors=remount-ro', image, path])
  const device = basename(execFileSync('findmnt', ['-no', 'SOURCE', path]).toString().trim())
  return {
    path,
    fail: () => writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, '1'),
    remount(options) {
      execFileSync('mount', ['-o', `remount,${options}`, path])
    },
    dispose() {
      execFileSync('umount', ['-l', path])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
