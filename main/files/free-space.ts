import type { StatsFs } from 'node:fs'

/** Bytes that this user may still write. Infinity: the file system does not tell, as some network and FUSE drives answer zeros; then a full disk shows at the writing. */
export const freeBytes = ({ blocks, bavail, bsize }: Pick<StatsFs, 'blocks' | 'bavail' | 'bsize'>): number =>
  blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize
