import type { StoreContext } from './context.ts'

export type Jobs = ReturnType<typeof createJobs>
export function createJobs(_context: StoreContext) {
  return {}
}
