import type { Program } from './program.ts'

/** What every procedure is given. */
export interface RpcContext {
  program: Program
}
