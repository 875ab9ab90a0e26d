import type { ChangeEvent } from '../../preload/contract/host.ts'

/**
 * Changes on their way to one listener. Equal ones that still wait are told once; a listener that is too slow for `limit` of them is told to
 * ask for everything again. So a page that sleeps costs nothing.
 */
export function createChangeQueue(limit = 500) {
  const waiting = new Map<string, ChangeEvent>()
  let wake: (() => void) | undefined
  let closed = false
  return {
    push(event: ChangeEvent): void {
      if (closed) return
      const key = event.type === 'task' ? `task ${event.task.id}` : JSON.stringify(event)
      if (waiting.has('resync')) {
        if (event.type !== 'task' && event.type !== 'navigate') return
      } else if (waiting.size >= limit) {
        waiting.clear()
        waiting.set('resync', { type: 'resync' })
        wake?.()
        return
      }
      waiting.delete(key)
      if (waiting.size <= limit) waiting.set(key, event)
      wake?.()
    },
    close(): void {
      closed = true
      wake?.()
    },
    /** The oldest change; undefined once closed. For one reader. */
    async next(): Promise<ChangeEvent | undefined> {
      while (true) {
        const [first] = waiting
        if (first) {
          waiting.delete(first[0])
          return first[1]
        }
        if (closed) return undefined
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        wake = undefined
      }
    },
  }
}
