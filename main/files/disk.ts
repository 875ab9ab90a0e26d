import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, sep } from 'node:path'

/** The disk that holds a path. */
export interface Disk {
  /** The topmost folder of it. */
  mountedAt: string
  /** Tells it from another disk that is mounted at the same place later; null: the file system does not tell. Not the device's number, which changes. */
  id: string | null
}

/** Of the path, or of the nearest folder above it that is there. Undefined: not even its root is. */
export function diskOf(path: string): Disk | undefined {
  const folder = nearest(path)
  if (folder === undefined) return undefined
  const mountedAt = mountPoint(realpathSync(folder))
  const { ino, birthtimeNs, dev } = statSync(mountedAt, { bigint: true })
  return { mountedAt, id: birthtimeNs > 0n ? `${ino}-${birthtimeNs}${imageOf(dev)}` : null }
}

/** What is under `known` is not what was there: the disk is gone, or another one is in its place. */
export function isOtherDisk(known: Disk, now: Disk | undefined): boolean {
  if (now === undefined || now.mountedAt !== known.mountedAt) return true
  return known.id !== null && now.id !== null && known.id !== now.id
}

/** True for the disk that the system itself lies on, which cannot be away. */
export const isRootDisk = ({ mountedAt }: Disk): boolean => mountedAt === '/'

function nearest(path: string): string | undefined {
  for (let at = path; ; at = dirname(at)) {
    if (statSync(at, { throwIfNoEntry: false })) return at
    if (dirname(at) === at) return undefined
  }
}

/** The file behind a loop device: two images that were made in the same second look alike otherwise. Empty for every other disk. */
function imageOf(dev: bigint): string {
  const major = (dev >> 8n) & 0xfffn
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xfff00n)
  try {
    return `-${readFileSync(`/sys/dev/block/${major}:${minor}/loop/backing_file`, 'utf8').trim()}`
  } catch {
    return '' // no loop device, or another system
  }
}

/** By the list of mounts, where the system has one: a folder that is mounted a second time has the same device number. */
function mountPoint(folder: string): string {
  const listed = mountPoints()
    .filter((point) => folder === point || folder.startsWith(point.endsWith(sep) ? point : point + sep))
    .toSorted((a, b) => b.length - a.length)[0]
  if (listed !== undefined) return listed
  let at = folder
  const { dev } = statSync(at)
  while (dirname(at) !== at && statSync(dirname(at)).dev === dev) at = dirname(at)
  return at
}

/** Linux only (proc_pid_mountinfo(5): the fifth field, with octal escapes). */
function mountPoints(): string[] {
  let text: string
  try {
    text = readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return [] // another system, or /proc is not mounted
  }
  return text
    .split('\n')
    .flatMap((line) => line.split(' ')[4] ?? [])
    .map((path) =>
      path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
}
