import { startTransition, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Message } from '../../../preload/contract/chats.ts'
import type { ChangeEvent } from '../../../preload/contract/host.ts'
import { useLive, useProgram } from '../../client/program.tsx'

/** What fills a window; the stretch above it comes next, as if somebody scrolled, so that a chat stands there at once. */
const FIRST = 20
/** One request's worth, and the most that is kept at once: a chat of 200,000 messages is read through this window. */
const STRETCH = 60
const MOST = 360
/** Live messages come in bursts; one question serves all of them. */
const GATHER_MS = 80

export interface History {
  messages: Message[]
  older: boolean
  newer: boolean
  status: 'waiting' | 'ready' | 'failed'
  error: unknown
  /** Messages that came while the window did not reach the newest one. */
  unseen: number
  /** The message that was jumped to. */
  target: number | null
}
const EMPTY: History = {
  messages: [],
  older: false,
  newer: false,
  status: 'waiting',
  error: null,
  unseen: 0,
  target: null,
}

/** A window on a chat's history that grows at both ends, jumps, and follows what arrives. */
export function useHistory(jid: string, startAt: number | undefined) {
  const { client } = useProgram()
  const [history, setHistory] = useState<History>(EMPTY)
  const current = useRef({ history, jid })
  useLayoutEffect(() => {
    current.current = { history, jid }
  }, [history, jid])
  const busy = useRef<Promise<void> | null>(null)
  const turnedAway = useRef(false)
  const [freed, setFreed] = useState(0)
  const drawn = useRef<(() => void)[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever it is, it has been drawn
  useEffect(() => {
    for (const tell of drawn.current.splice(0)) tell()
  }, [history])

  /** Answers of a chat that is no longer shown are dropped. */
  const load = useCallback(
    async (
      ask: Partial<Parameters<typeof client.chats.messages>[0]>,
      use: (found: Message[]) => (old: History) => History,
      draw: (set: () => void) => void = (set) => set(),
    ) => {
      try {
        const found = await client.chats.messages({ jid, limit: STRETCH, ...ask })
        if (current.current.jid === jid) draw(() => setHistory(use(found)))
      } catch (error) {
        if (current.current.jid === jid) setHistory((old) => ({ ...old, status: 'failed', error }))
      }
    },
    [client, jid],
  )
  /**
   * Adds a stretch while somebody scrolls: drawn in small steps, between the frames. Resolves when it stands there, because the next one is asked
   * for by what stands there.
   */
  const extend = useCallback(
    (ask: { before: number } | { after: number }, use: (found: Message[]) => (old: History) => History) =>
      load(ask, use, (set) => startTransition(set)).then(() => new Promise<void>((tell) => drawn.current.push(tell))),
    [load],
  )
  /**
   * One stretch at a time: scrolling asks far more often than answers come. Whoever was turned away is told when it is free again: at the very end
   * of what stands there nothing scrolls any more, and nobody would ask.
   */
  const single = useCallback((work: () => Promise<void>) => {
    if (busy.current) {
      turnedAway.current = true
      return busy.current
    }
    busy.current = work().finally(() => {
      busy.current = null
      if (turnedAway.current) setFreed((times) => times + 1)
      turnedAway.current = false
    })
    return busy.current
  }, [])

  const toNewest = useCallback(
    () =>
      load({ limit: FIRST }, (found) => () => ({
        ...EMPTY,
        status: 'ready',
        messages: found,
        older: found.length === FIRST,
      })),
    [load],
  )
  const toMessage = useCallback(
    async (id: number) => {
      if (current.current.history.messages.some((message) => message.id === id)) {
        setHistory((old) => ({ ...old, target: id }))
        return
      }
      await load(
        { around: id },
        (found) => (old) =>
          found.length === 0
            ? { ...old, status: 'ready' }
            : { ...EMPTY, status: 'ready', messages: found, older: true, newer: true, target: id },
      )
    },
    [load],
  )
  /** False: no message is that young. */
  const toTime = useCallback(
    async (from: number) => {
      let any = true
      await load({ from }, (found) => (old) => {
        any = found.length > 0
        const first = found[0]
        return first
          ? {
              ...EMPTY,
              status: 'ready',
              messages: found,
              older: true,
              newer: found.length === STRETCH,
              target: first.id,
            }
          : old
      })
      return any
    },
    [load],
  )
  const loadOlder = useCallback(() => {
    const first = current.current.history.messages[0]
    if (!first || !current.current.history.older) return Promise.resolve()
    return single(() =>
      extend({ before: first.id }, (found) => (old) => {
        const messages = merge(found, old.messages).slice(0, MOST)
        const cut = found.length + old.messages.length > MOST
        return { ...old, messages, older: found.length === STRETCH, newer: old.newer || cut }
      }),
    )
  }, [extend, single])
  const loadNewer = useCallback(() => {
    const last = current.current.history.messages.at(-1)
    if (!last || !current.current.history.newer) return Promise.resolve()
    return single(() =>
      extend({ after: last.id }, (found) => (old) => {
        const messages = merge(old.messages, found).slice(-MOST)
        const cut = found.length + old.messages.length > MOST
        const newer = found.length === STRETCH
        return { ...old, messages, newer, older: old.older || cut, unseen: newer ? old.unseen : 0 }
      }),
    )
  }, [extend, single])

  useEffect(() => {
    setHistory(EMPTY)
    busy.current = null
    if (startAt === undefined) void toNewest()
    else void toMessage(startAt)
  }, [startAt, toNewest, toMessage])

  const pending = useRef<{ ids: Set<number>; timer: ReturnType<typeof setTimeout> | undefined }>({
    ids: new Set(),
    timer: undefined,
  })
  const catchUp = useCallback(async () => {
    const { ids } = pending.current
    pending.current = { ids: new Set(), timer: undefined }
    const { messages, newer } = current.current.history
    const known = new Set(messages.map((message) => message.id))
    const fresh = [...ids].filter((id) => !known.has(id))
    for (const id of ids) {
      if (known.has(id))
        await load({ around: id, limit: 1 }, (found) => (old) => ({ ...old, messages: replace(old.messages, found) }))
    }
    if (fresh.length === 0) return
    if (newer) return setHistory((old) => ({ ...old, unseen: old.unseen + fresh.length }))
    const last = messages.at(-1)
    if (!last) return toNewest()
    await load({ after: last.id }, (found) => (old) => ({
      ...old,
      messages: merge(old.messages, found).slice(-MOST),
      older: old.older || found.length + old.messages.length > MOST,
      newer: found.length === STRETCH,
    }))
  }, [load, toNewest])
  useLive(
    useCallback(
      (event: ChangeEvent) => {
        if (event.type === 'resync') {
          // After a gap, what is on the screen is asked for again, and what came since is added.
          const { messages, newer } = current.current.history
          const last = messages.at(-1)
          if (last && !newer)
            void load({ after: last.id }, (found) => (old) => ({
              ...old,
              messages: merge(old.messages, found).slice(-MOST),
            }))
          return
        }
        if (event.type !== 'message' || event.jid !== jid) return
        pending.current.ids.add(event.id)
        pending.current.timer ??= setTimeout(() => void catchUp(), GATHER_MS)
      },
      [jid, load, catchUp],
    ),
  )
  const clearTarget = useCallback(() => setHistory((old) => ({ ...old, target: null })), [])
  return { ...history, freed, loadOlder, loadNewer, toNewest, toMessage, toTime, clearTarget }
}

/** Ways to a place in the history that is open. */
export type Jumps = Pick<ReturnType<typeof useHistory>, 'toMessage' | 'toTime'>

/** Two stretches in order; where both know a message, the later one's word counts. */
function merge(before: Message[], after: Message[]): Message[] {
  const again = new Set(after.map((message) => message.id))
  return [...before.filter((message) => !again.has(message.id)), ...after]
}
function replace(messages: Message[], found: Message[]): Message[] {
  const fresh = new Map(found.map((message) => [message.id, message]))
  return messages.map((message) => fresh.get(message.id) ?? message)
}
