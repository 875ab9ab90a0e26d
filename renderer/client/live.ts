import type { QueryClient } from '@tanstack/react-query'
import type { ChangeEvent, TaskInfo } from '../../preload/contract/host.ts'
import type { Client } from './client.ts'
import type { Connection } from './connection.ts'
import type { Api } from './queries.ts'

export type LiveListener = (event: ChangeEvent) => void

export interface Live {
  listen(listener: LiveListener): () => void
  dispose(): void
}

/** Bursts (400 messages in two seconds) become one question each quarter of a second. */
const GATHER_MS = 250
const STATS_MS = 4000

/** Follows the program's changes: what the page shows of them is asked for again. Subscribes anew after each reconnect. */
export function createLive(deps: { client: Client; api: Api; queries: QueryClient; connection: Connection }): Live {
  const { client, api, queries, connection } = deps
  const listeners = new Set<LiveListener>()
  const stale = new Map<string, readonly unknown[]>()
  let gather: ReturnType<typeof setTimeout> | undefined
  let statsAt = 0
  let statsTimer: ReturnType<typeof setTimeout> | undefined
  let following: AbortController | undefined

  const mark = (key: readonly unknown[]) => {
    stale.set(JSON.stringify(key), key)
    gather ??= setTimeout(() => {
      gather = undefined
      const keys = [...stale.values()]
      stale.clear()
      for (const queryKey of keys) void queries.invalidateQueries({ queryKey })
    }, GATHER_MS)
  }
  /** Counting a large history is dear: the figures follow at a slower pace than the lists. */
  const markStats = () => {
    statsTimer ??= setTimeout(
      () => {
        statsTimer = undefined
        statsAt = Date.now()
        mark(api.activity.stats.key())
      },
      Math.max(0, statsAt + STATS_MS - Date.now()),
    )
  }
  const patchTask = (task: TaskInfo) =>
    queries.setQueryData(api.tasks.list.queryKey(), (old) => [
      task,
      ...(old ?? []).filter((other) => other.id !== task.id),
    ])
  const apply = (event: ChangeEvent) => {
    switch (event.type) {
      case 'session':
        return mark(api.session.key())
      case 'chat':
        mark(api.chats.get.key({ input: { jid: event.jid } }))
        return mark(api.chats.list.key())
      case 'chats':
        return mark(api.chats.key())
      case 'message':
        mark(api.chats.get.key({ input: { jid: event.jid } }))
        markStats()
        return mark(api.chats.list.key())
      case 'activity':
        mark(api.activity.list.key())
        mark(api.activity.trace.key())
        return markStats()
      case 'bots':
        mark(api.bots.key())
        return mark(api.chats.list.key())
      case 'task':
        patchTask(event.task)
        return
      case 'backups':
        mark(api.backups.key())
        return mark(api.restore.key())
      case 'settings':
        return mark(api.settings.key())
      case 'model':
        mark(api.settings.modelUse.key())
        return mark(api.settings.model.key())
      case 'sign-ins':
        return mark(api.auth.key())
      case 'health':
        return mark(api.health.key())
      case 'audit':
        return mark(api.audit.key())
      case 'host':
        return mark(api.host.info.key())
      case 'resync':
        void queries.invalidateQueries()
        return
      case 'navigate':
        return
    }
  }
  const tell = (event: ChangeEvent) => {
    apply(event)
    for (const listener of [...listeners]) listener(event)
  }

  async function follow(signal: AbortSignal) {
    while (!signal.aborted) {
      try {
        const events = await client.events.watch(undefined, { signal })
        // What changed while nobody listened is not told again, so everything is asked for once.
        tell({ type: 'resync' })
        for await (const event of events) tell(event)
      } catch (error) {
        if (signal.aborted) return
        console.warn('The stream of changes ended; following again.', error instanceof Error ? error.name : 'unknown')
      }
      await new Promise((resolve) => setTimeout(resolve, 500))
      if (connection.get() !== 'online') return
    }
  }
  const onConnection = () => {
    following?.abort()
    following = undefined
    if (connection.get() !== 'online') return
    following = new AbortController()
    void follow(following.signal)
  }
  const unsubscribe = connection.subscribe(onConnection)
  onConnection()

  return {
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    dispose() {
      unsubscribe()
      following?.abort()
      clearTimeout(gather)
      clearTimeout(statsTimer)
      listeners.clear()
    },
  }
}
