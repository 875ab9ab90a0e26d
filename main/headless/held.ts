import type { SignIns } from './sign-ins.ts'

/** What is open for each sign-in: WebSockets, streams, uploads, downloads. All of it is closed when the sign-in ends. */
export function createHeld(signIns: Pick<SignIns, 'onEnd'>) {
  const held = new Map<string, Set<() => void>>()
  const closeAll = (id: string) => {
    for (const close of [...(held.get(id) ?? [])]) close()
    held.delete(id)
  }
  const leave = signIns.onEnd((id, graceMs) => {
    if (graceMs === 0) closeAll(id)
    else setTimeout(() => closeAll(id), graceMs)
  })
  return {
    /** Returns what to call when it is closed by itself. */
    hold(id: string, close: () => void): () => void {
      const closers = held.get(id) ?? new Set()
      held.set(id, closers.add(close))
      return () => {
        closers.delete(close)
        if (closers.size === 0 && held.get(id) === closers) held.delete(id)
      }
    },
    dispose: leave,
  }
}
export type Held = ReturnType<typeof createHeld>
