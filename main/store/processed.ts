import type { StoreContext } from './context.ts'

export type Processed = ReturnType<typeof createProcessed>
export function createProcessed(_context: StoreContext) {
  return {}
}
