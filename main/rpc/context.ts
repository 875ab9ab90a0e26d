import type { Caller } from './caller.ts'
import type { Program } from './program.ts'
import type { SignedInDevices } from './signed-in.ts'

/** What every procedure is given. */
export interface RpcContext {
  program: Program
  caller: Caller
  /** Undefined in the desktop program, and in a command that no host runs behind. */
  devices?: SignedInDevices | undefined
}
