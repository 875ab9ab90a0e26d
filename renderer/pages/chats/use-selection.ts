import { useMemo, useState } from 'react'
import type { Chat } from '../../../preload/contract/chats.ts'

/** What one bulk call takes. */
export const MOST_SELECTED = 200

export interface Selection {
  active: boolean
  chats: ReadonlyMap<string, Chat>
  has(jid: string): boolean
  toggle(chat: Chat): void
  add(chats: Chat[]): void
  start(): void
  stop(): void
}

export function useSelection(onFull: () => void): Selection {
  const [chosen, setChosen] = useState<ReadonlyMap<string, Chat> | null>(null)
  return useMemo(
    () => ({
      active: chosen !== null,
      chats: chosen ?? new Map(),
      has: (jid) => chosen?.has(jid) ?? false,
      toggle(chat) {
        const next = new Map(chosen)
        if (!next.delete(chat.jid)) {
          if (next.size >= MOST_SELECTED) return onFull()
          next.set(chat.jid, chat)
        }
        setChosen(next)
      },
      add(chats) {
        const next = new Map(chosen)
        for (const chat of chats) if (next.size < MOST_SELECTED) next.set(chat.jid, chat)
        setChosen(next)
      },
      start: () => setChosen(new Map()),
      stop: () => setChosen(null),
    }),
    [chosen, onFull],
  )
}
