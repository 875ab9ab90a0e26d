import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { SettingsStore } from '../config/settings.ts'
import { createRetention } from '../store/retention.ts'
import type { Data } from './open-data.ts'

export interface HousekeepingDeps {
  /** Undefined while a restore swaps the file. */
  data(): Data | undefined
  settings: SettingsStore
  /** ms since 1970 by the server's clock. */
  serverNow(): number
  log: Logger
}

const DAY_MS = 86_400_000
const LOOK_EVERY_MS = 3600_000
/** Between two steps of indexing, so that messages and pages come first. */
const PAUSE_MS = 20

/** What is done in the background while nobody waits: forgetting old texts once a day, and indexing what a restore brought. */
export function createHousekeeping({ data, settings, serverNow, log }: HousekeepingDeps) {
  const closing = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let lastRetention = 0
  let filling: Promise<void> | undefined
  let removing: Promise<void> | undefined

  async function applyRetention(): Promise<{ messages: number }> {
    const refused = settings.refusal('forget')
    if (refused) throw refused
    const days = settings.get().retention.message_text_days
    const open = data()
    if (days === null || !open) return { messages: 0 }
    lastRetention = Date.now()
    const retention = createRetention(open.store.context)
    return retention.apply({ before: serverNow() - days * DAY_MS, signal: closing.signal })
  }

  async function fill(): Promise<void> {
    for (let open = data(); open?.store.messages.indexStep(); open = data()) {
      await sleep(PAUSE_MS, undefined, { signal: closing.signal })
    }
  }

  async function remove(): Promise<void> {
    for (let open = data(); open?.store.chats.removeStep(); open = data()) {
      await sleep(PAUSE_MS / 4, undefined, { signal: closing.signal })
    }
  }

  const guarded = (work: () => Promise<unknown>, what: string) => {
    work().catch((error: unknown) => {
      if (!closing.signal.aborted) log.error({ err: error }, what)
    })
  }

  return {
    applyRetention,
    /** Indexes for search what is not indexed yet. */
    fillSearch(): void {
      filling ??= fill().finally(() => {
        filling = undefined
      })
      guarded(() => filling ?? Promise.resolve(), 'the search index could not be completed')
    },
    /** Goes on with what deleted chats have left. */
    finishRemovals(): void {
      removing ??= remove().finally(() => {
        removing = undefined
      })
      guarded(() => removing ?? Promise.resolve(), 'the rest of a deleted chat could not be removed')
    },
    start(): void {
      this.fillSearch()
      this.finishRemovals()
      timer = setInterval(() => {
        if (Date.now() - lastRetention >= DAY_MS && settings.refusal('forget') === undefined)
          guarded(applyRetention, 'old texts could not be forgotten')
      }, LOOK_EVERY_MS)
      timer.unref()
    },
    dispose(): void {
      closing.abort()
      clearInterval(timer)
    },
  }
}
export type Housekeeping = ReturnType<typeof createHousekeeping>
