import { SYSTEM_CODES, type SystemCode } from '../../preload/contract/codes.ts'

/** What libuv has no name for arrives as "Unknown system error -122": EDQUOT on Linux, and -69 on macOS. */
const UNNAMED: Readonly<Record<string, SystemCode>> = {
  'Unknown system error -122': 'EDQUOT',
  'Unknown system error -69': 'EDQUOT',
  'Unknown system error -116': 'ESTALE',
  'Unknown system error -70': 'ESTALE',
  'Unknown system error -117': 'EIO', // EUCLEAN: the file system is damaged
  'Unknown system error -28': 'ENOSPC',
  'Unknown system error -121': 'EIO', // EREMOTEIO
  'Unknown system error -5': 'EIO',
  'Unknown system error -112': 'EHOSTDOWN',
  'Unknown system error -107': 'ENOTCONN',
  ENODEV: 'ENXIO',
  ENOMEDIUM: 'ENXIO',
  EOPNOTSUPP: 'ENOTSUP',
  ENOSYS: 'ENOTSUP',
}
/** The name that a file has before it is whole; see unfinished.ts. */
const UNFINISHED = /\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(?:partial|tmp)$/
const KNOWN: ReadonlySet<string> = new Set(SYSTEM_CODES)

/** For each code: what happened and what to do now. `it` is the path, or words that stand for it. */
const SENTENCES: Readonly<Record<SystemCode, (it: string) => string>> = {
  ENOSPC: (it) => `The disk is full: ${it} could not be written. Free some space and try again.`,
  EDQUOT: (it) =>
    `Your quota on this disk is used up: ${it} could not be written. Delete files of yours there, or ask for more, and try again.`,
  EFBIG: (it) => `${it} would become larger than its file system allows. Choose a folder on another disk.`,
  EROFS: (it) => `${it} is on a disk that can only be read. Mount it for writing, or choose another folder.`,
  EACCES: (it) => `This user may not use ${it}. Change its owner or its permissions, then try again.`,
  EPERM: (it) =>
    `The system does not allow this on ${it}: it is protected, or it belongs to another user. Change its owner or its attributes, then try again.`,
  ENOENT: (it) => `There is no ${it}. Check the path, and whether its disk is mounted.`,
  ENOTDIR: (it) => `A part of the path ${it} is a file and not a folder. Check the path.`,
  EISDIR: (it) => `${it} is a folder; a file is needed. Check the path.`,
  EEXIST: (it) => `There is ${it} already. Nothing was changed. Choose another name.`,
  ENOTEMPTY: (it) => `The folder ${it} is not empty. Nothing was removed.`,
  ENAMETOOLONG: (it) => `The name ${it} is longer than its file system allows. Choose a shorter one.`,
  ELOOP: (it) =>
    `${it} is a symbolic link that leads to itself, or one that is not followed here. Name the file itself.`,
  EBUSY: (it) => `${it} is in use by another program. Close that program and try again.`,
  ETXTBSY: (it) => `${it} is a program that runs. Stop it and try again.`,
  EIO: (it) =>
    `Reading or writing ${it} failed: the disk reports an error. Check the disk, and make a copy of your data first.`,
  ENXIO: (it) => `${it} is no regular file, and nothing answers at its other end. Name a regular file.`,
  EMFILE: (it) =>
    `Too many files are open, so ${it} could not be opened. Close other programs or raise the limit (ulimit -n).`,
  ENFILE: (it) =>
    `This machine has too many files open, so ${it} could not be opened. Close other programs and try again.`,
  ETIMEDOUT: (it) => `${it} does not answer in time. Check the network drive and try again.`,
  ESTALE: (it) => `The network drive of ${it} has forgotten this file. Mount the drive again and try again.`,
  ENOTCONN: (it) => `The drive of ${it} is not connected any more. Mount it again and try again.`,
  EHOSTDOWN: (it) => `The machine that holds ${it} does not answer. Check the network drive and try again.`,
  ENOTSUP: (it) => `The file system of ${it} cannot do this. Choose a folder on another disk.`,
  EINVAL: (it) => `The system refused a request for ${it} that it finds not valid. Check the path and its file system.`,
  EXDEV: (it) => `${it} is on another disk and cannot be moved in one step. Choose a folder on the same disk.`,
}

export interface SystemFailure {
  code: SystemCode
  /** What happened, to which path, and what to do now. */
  message: string
  /** The path of the failed call, where the system named one. */
  path: string | undefined
}

/**
 * A failure of the operating system in words; undefined: the error is of another kind. Errors that crossed from a task's process are
 * recognised by their code as well.
 */
export function systemFailure(error: unknown): SystemFailure | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const code = systemCode(error.code)
  if (code === undefined) return undefined
  const path = pathOf(error)
  // What this program worded itself stays; the system's own words begin with the code.
  const worded = !error.message.startsWith(error.code) && !error.message.startsWith('Unknown system error')
  return { code, path, message: worded ? error.message : systemSentence(code, path ?? 'a file or folder') }
}

/** The sentence of a code about a path, or about words that stand for one. */
export const systemSentence = (code: SystemCode, it: string): string => SENTENCES[code](it)

/** Calls on an open file fail without its name: gives it to them. */
export function withPath(error: unknown, path: string): unknown {
  if (systemFailure(error) !== undefined && error instanceof Error && pathOf(error) === undefined)
    Object.assign(error, { path })
  return error
}

export const systemCode = (code: string): SystemCode | undefined =>
  KNOWN.has(code) ? (code as SystemCode) : UNNAMED[code]

/** Of a call with two paths (rename, link), the second one is where something was to be written. */
function pathOf(error: Error): string | undefined {
  const data: unknown = Reflect.get(error, 'data')
  for (const from of [error, data]) {
    if (typeof from !== 'object' || from === null) continue
    for (const name of ['dest', 'path']) {
      const path: unknown = Reflect.get(from, name)
      if (typeof path === 'string' && path !== '')
        return path
          .replaceAll(/\p{Cc}+/gu, ' ')
          .replace(UNFINISHED, '')
          .slice(0, 1000)
    }
  }
  return undefined
}
