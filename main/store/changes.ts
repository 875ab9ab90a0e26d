import type { StoreChange } from './context.ts'

export type ChangeListener = (change: StoreChange) => void

/** Tells what changed, after the commit. A listener that throws is reported and stops nobody else. */
export function createChanges(onListenerError: (error: unknown) => void) {
  const listeners = new Set<ChangeListener>()
  return {
    /** Returns the unsubscriber. */
    on(listener: ChangeListener): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell(change: StoreChange): void {
      for (const listener of listeners) {
        try {
          listener(change)
        } catch (error) {
          onListenerError(error)
        }
      }
    },
    listenerCount: (): number => listeners.size,
  }
}
export type Changes = ReturnType<typeof createChanges>
