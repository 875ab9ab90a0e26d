import type { SignedIn } from '../../preload/contract/auth.ts'

/** The browsers that are signed in; only a host that is reached over HTTP has them. */
export interface SignedInDevices {
  /** Newest use first. @param current the id of the caller's own */
  list(current: string | undefined): SignedIn[]
  /** False: there is no such one. @param graceMs how long its open connections may still live; 0 where it is not the caller's own */
  end(id: string, graceMs?: number): boolean
  /** Returns how many. */
  endAll(options: { except?: string | undefined; graceMs?: number }): number
}
