import type { proto } from '@whiskeysockets/baileys'
import { dropOldest } from './bounded.ts'
import { EmulatorError } from './errors.ts'

/** A message as its reader sees it: decrypted, and shown once however often the same id arrives. */
export interface InboxItem {
  id: string
  text: string
  /** The id of the message that this one quotes. */
  quotedId: string | undefined
  /** The group's JID, or the LID of the account that wrote. */
  chat: string
  /** The device that wrote it, as a LID with its device number. */
  from: string
  /** Milliseconds of `performance.now()` in the emulator's process when it was decrypted. */
  at: number
  /** For a copy of what another device of one's own account wrote: the chat that it went to. */
  sentTo: string | undefined
  message: proto.IMessage
}

export type ItemFilter = (item: InboxItem) => boolean
const anything: ItemFilter = () => true

/** Remembers ids for this many messages: a second arrival of an older one counts as new. */
const KNOWN_IDS = 100_000

export interface Inbox {
  readonly items: readonly InboxItem[]
  /** Distinct messages that arrived, kept or not. */
  readonly count: number
  /** Ids that arrived more than once, with how often beyond the first: real phones drop those. */
  readonly duplicates: ReadonlyMap<string, number>
  /** The first message that matches and that no earlier `next` returned; waits up to `ms` (10,000). */
  next(filter?: ItemFilter, ms?: number): Promise<InboxItem>
  /** Waits until `count` messages match, and returns them. Needs an inbox that keeps that many. */
  collect(count: number, filter?: ItemFilter, ms?: number): Promise<InboxItem[]>
  answersTo(said: { id: string }): InboxItem[]
  /** Calls `listener` for every distinct message. Returns the unsubscriber. */
  on(listener: (item: InboxItem) => void): () => void
  clear(): void
}

/** `keep`: the newest so many messages stay; 0 keeps none, for long runs. */
export function createInbox(owner: string, keep: number): Inbox & { add(item: InboxItem): boolean; dispose(): void } {
  let items: InboxItem[] = []
  let untaken: InboxItem[] = []
  let count = 0
  const known = new Set<string>()
  const duplicates = new Map<string, number>()
  const listeners = new Set<(item: InboxItem) => void>()
  const giveUps = new Set<(error: EmulatorError) => void>()

  /** Resolves with what `attempt` returns as soon as that is not undefined; asks again at every message. */
  const wait = <T>(attempt: (item?: InboxItem) => T | undefined, ms: number, what: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const first = attempt()
      if (first !== undefined) return resolve(first)
      const finish = () => {
        clearTimeout(timer)
        listeners.delete(onItem)
        giveUps.delete(giveUp)
      }
      const giveUp = (error: EmulatorError) => {
        finish()
        reject(error)
      }
      const onItem = (item: InboxItem) => {
        const found = attempt(item)
        if (found === undefined) return
        finish()
        resolve(found)
      }
      const timer = setTimeout(() => {
        giveUp(new EmulatorError('timeout', `${owner} waited ${ms} ms for ${what}; ${count} arrived in all.`))
      }, ms)
      listeners.add(onItem)
      giveUps.add(giveUp)
    })

  const take = (item: InboxItem) => {
    untaken = untaken.filter((other) => other !== item)
    return item
  }

  return {
    get items() {
      return items
    },
    get count() {
      return count
    },
    duplicates,

    add(item) {
      if (known.has(item.id)) {
        duplicates.set(item.id, (duplicates.get(item.id) ?? 0) + 1)
        return false
      }
      known.add(item.id)
      dropOldest(known, KNOWN_IDS)
      count++
      if (keep > 0) {
        items.push(item)
        untaken.push(item)
        // In steps, because shifting by one at every message would make a long run quadratic.
        if (items.length >= keep * 2) items = items.slice(-keep)
        if (untaken.length >= keep * 2) untaken = untaken.slice(-keep)
      }
      for (const listener of [...listeners]) listener(item)
      return true
    },

    next: (filter = anything, ms = 10_000) =>
      wait(
        (arrived) => {
          const item = untaken.find(filter) ?? (arrived && filter(arrived) ? arrived : undefined)
          return item && take(item)
        },
        ms,
        'a message',
      ),

    collect: (wanted, filter = anything, ms = 10_000) =>
      wait(
        () => {
          const found = items.filter(filter)
          return found.length >= wanted ? found : undefined
        },
        ms,
        `${wanted} messages`,
      ),

    answersTo: (said) => items.filter((item) => item.quotedId === said.id),

    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    clear() {
      items = []
      untaken = []
    },

    dispose() {
      for (const giveUp of [...giveUps])
        giveUp(new EmulatorError('stopped', `${owner} waited when the emulator closed.`))
      listeners.clear()
    },
  }
}
