import type { Caller } from './caller.ts'
import type { Program } from './program.ts'

/** What every procedure is given. */
export interface RpcContext {
  program: Program
  caller: Caller
}
