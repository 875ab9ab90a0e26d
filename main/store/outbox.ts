import type { StoreContext } from './context.ts'

export type Outbox = ReturnType<typeof createOutbox>
export function createOutbox(_context: StoreContext) {
  return {}
}
