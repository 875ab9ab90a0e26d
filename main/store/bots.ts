import type { StoreContext } from './context.ts'

export type Bots = ReturnType<typeof createBots>
export function createBots(_context: StoreContext) {
  return {}
}
