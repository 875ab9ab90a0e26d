import type { Session } from '../../preload/contract/session.ts'
import type { Outbound } from '../ports.ts'
import { takeOwnerLock } from '../store/owner-lock.ts'
import { tameConsole } from './console.ts'
import type { Engine } from './engine.ts'
import { codeOf, notConnected } from './errors.ts'
import { createRestriction } from './restriction.ts'
import { createServerClock } from './server-clock.ts'
import { openSessionDatabase, readAccount } from './session-db.ts'
import { createSessionView } from './session-view.ts'
import type { Timing, WhatsApp, WhatsAppDeps } from './types.ts'

export type { ChatFacts, HistoryChunk, Revision, SentText, WhatsApp, WhatsAppDeps } from './types.ts'

const timing: Timing = {
  backoffFirst: 1000,
  backoffMax: 60_000,
  stableAfter: 60_000,
  connectLimit: 45_000,
  watchEvery: 15_000,
  silence: 90_000,
  pingLimit: 10_000,
  catchUpSilence: 10_000,
  redeliverEvery: 5000,
  qrTimeout: undefined,
}

/**
 * The linked device. Takes the owner lock of session.db and opens it; throws OwnedError or StoreError where it cannot.
 * Does not connect by itself.
 */
export function createWhatsApp(deps: WhatsAppDeps): WhatsApp {
  // Before libsignal loads: it prints private keys.
  const restoreConsole = tameConsole()
  const lock = takeOwnerLock(deps.sessionPath, 'Whatslang')
  const session = (() => {
    try {
      return openSessionDatabase(deps.sessionPath)
    } catch (error) {
      lock.release()
      throw error
    }
  })()
  const me = readAccount(session)
  const start: Session = {
    state: me ? 'closed' : 'unlinked',
    since: deps.clock.now(),
    emulator: deps.emulatorUrl !== undefined,
    ...(me ? { me } : {}),
  }
  const view = createSessionView(start, () => deps.clock.now())
  const serverClock = createServerClock(deps.clock, deps.onServerTime)
  const readyListeners = new Set<() => void>()
  const ackListeners = new Set<Parameters<Outbound['onAck']>[0]>()
  let engine: Engine | undefined
  let loading: Promise<Engine> | undefined
  let disposing: Promise<void> | undefined

  const onReady = () => {
    for (const listener of [...readyListeners]) listener()
  }
  const restriction = createRestriction({
    session,
    view,
    pause: deps.pause,
    now: () => deps.clock.now(),
    onEnd: onReady,
    onFailure: (error) => deps.log.error({ code: codeOf(error) }, 'the end of a restriction could not be saved'),
  })

  const load = (): Promise<Engine> => {
    loading ??= import('./engine.ts').then(({ createEngine }) => {
      engine = createEngine({
        deps,
        timing: { ...timing, ...deps.timing },
        session,
        view,
        restriction,
        serverClock,
        onReady,
        onAck: (ack) => {
          for (const listener of [...ackListeners]) listener(ack)
        },
      })
      return engine
    })
    return loading
  }

  const outbound: Outbound = {
    ready: () => engine?.ready() ?? false,
    onReady(listener) {
      readyListeners.add(listener)
      return () => readyListeners.delete(listener)
    },
    async send(message) {
      if (!engine) throw notConnected()
      await engine.send(message)
    },
    onAck(listener) {
      ackListeners.add(listener)
      return () => ackListeners.delete(listener)
    },
    async typing(chatJid, state) {
      await engine?.typing(chatJid, state)
    },
  }

  return {
    session: view.get,
    onChange: view.onChange,
    async connect() {
      await (await load()).connect()
      return view.get()
    },
    async disconnect() {
      engine?.disconnect()
      return view.get()
    },
    requestPairingCode: async (phone) => (await load()).requestPairingCode(phone),
    async logout() {
      await (await load()).logout()
      return view.get()
    },
    suspend: () => engine?.suspend(),
    resume: () => engine?.resume(),
    outbound,
    async syncChats() {
      if (!engine) throw notConnected()
      await engine.syncChats()
    },
    downloadMedia: async (raw, limits) => (await load()).downloadMedia(raw, limits),
    serverNow: serverClock.now,
    accountId: () => engine?.accountId(),
    dispose() {
      disposing ??= (async () => {
        await (await loading)?.dispose()
        restriction.dispose()
        view.dispose()
        session.close()
        lock.release()
        restoreConsole()
      })()
      return disposing
    },
  }
}
