import { AsyncLocalStorage } from 'node:async_hooks'
import { BufferJSON, type proto } from '@whiskeysockets/baileys'
import { createAccount } from './account.ts'
import { createEarlyRevisions } from './early-revisions.ts'
import { notConnected } from './errors.ts'
import { createGroupSync } from './group-sync.ts'
import { createInbox } from './inbox.ts'
import { createJournal } from './journal.ts'
import { createKeyStore } from './key-store.ts'
import { createKeyedLock } from './keyed-lock.ts'
import { createLogin, type LoginEvents } from './login.ts'
import { downloadMedia } from './media.ts'
import { type AckListener, addressOf, identityFor, sendText } from './outbound.ts'
import { buildText } from './outgoing.ts'
import type { Restriction } from './restriction.ts'
import type { ServerClock } from './server-clock.ts'
import type { SessionDatabase } from './session-db.ts'
import type { SessionView } from './session-view.ts'
import { createSupervisor } from './supervisor.ts'
import type { Timing, WhatsApp, WhatsAppDeps } from './types.ts'
import { parseVersion } from './wa-version.ts'

export interface EngineDeps {
  deps: WhatsAppDeps
  timing: Timing
  session: SessionDatabase
  view: SessionView
  restriction: Restriction
  serverClock: ServerClock
  /** Whoever waits for `Outbound.ready()` to change. */
  onReady(): void
  onAck: AckListener
}

const day = 86_400_000

/** Puts the linked device together around its one supervisor. Loaded late: with it come Baileys and libsignal. */
export function createEngine({ deps, timing, session, view, restriction, serverClock, onReady, onAck }: EngineDeps) {
  const { log, clock } = deps
  // Baileys keeps its key transactions in async context: nothing of ours may run inside one that has ended.
  const outside = AsyncLocalStorage.snapshot()
  let disposed = false
  const lock = createKeyedLock()
  const journal = createJournal(session, () => clock.now())
  const early = createEarlyRevisions({ session, now: () => clock.now(), groupMetadata: deps.groupMetadata })
  const storageFailed = (error: unknown) => supervisor.storageFailed(error)
  const keys = createKeyStore({
    session,
    journal,
    json: BufferJSON,
    onFailure: storageFailed,
    onMapping: () =>
      setImmediate(() => {
        if (!disposed) outside(account.tellMappings)
      }),
  })
  const account = createAccount({ deps, session, keys, view, onFailure: storageFailed })
  const inbox = createInbox({
    journal,
    early,
    log,
    now: serverClock.now,
    isOwnMessage: deps.isOwnMessage,
    redeliverEvery: timing.redeliverEvery,
    onMessages: (batch) => outside(() => deps.onMessages(batch)),
    onRevision: (revision) => outside(() => deps.onRevision?.(revision) ?? false),
    keep: keys.keep,
    onHistory: (chunk) => {
      outside(() => deps.onHistory(chunk))
      const progress = chunk.progress
      view.note({ historyProgress: progress === undefined || progress >= 100 ? undefined : progress })
    },
  })
  const sock = () => supervisor.login()?.link.sock
  const groups = createGroupSync({ deps, owner: account.owner, sock })
  const supervisor = createSupervisor({
    deps,
    clock,
    timing,
    session,
    view,
    account,
    restriction,
    onReady,
    prepare: () => {
      const old = clock.now() - 2 * day
      journal.prune(old)
      early.prune(old)
      outside(account.tellMappings)
      return inbox.replay()
    },
    makeLogin: (url, events) => outside(() => makeLogin(url, events)),
    onOpen: () => {
      groups.all().catch(() => log.warn('the list of groups could not be fetched'))
    },
  })
  const settling = setInterval(settle, 250)
  settling.unref()

  function settle() {
    try {
      journal.settle()
    } catch (error) {
      storageFailed(error)
    }
  }

  function makeLogin(url: string | undefined, events: LoginEvents) {
    const version = deps.emulatorUrl ? undefined : parseVersion(session.fact('version'))
    const creds = account.creds()
    const link = {
      creds,
      keys,
      journal,
      lock,
      inbox,
      log,
      journalOff: deps.emulatorUrl !== undefined && deps.disable?.has('journal') === true,
      qrTimeout: timing.qrTimeout,
      owner: account.owner,
      ...(url ? { url } : {}),
      ...(version ? { version } : {}),
      getMessage: ({ id, remoteJid }: proto.IMessageKey) => Promise.resolve(resend(id, remoteJid)),
      groupMetadata: (jid: string) => deps.groupMetadata?.(jid),
      onCreds: () => account.save(creds),
      onTimelock: (until: Date | undefined, active: boolean) => restriction.told(active, until),
      onAck: (ack: Parameters<AckListener>[0]) => {
        if (ack.error === '463') askAboutRestriction()
        onAck(ack)
      },
      onChat: (chat: Parameters<NonNullable<WhatsAppDeps['onChat']>>[1]) => {
        const owner = account.owner()
        if (owner) deps.onChat?.(owner.accountId, chat)
      },
      onGroupStale: (jid: string) => void groups.one(jid),
    }
    return createLogin({ timing, clock, serverClock, link, pairing: !account.linked() }, events)
  }

  function resend(id: string | null | undefined, remoteJid: string | null | undefined): proto.IMessage | undefined {
    const sent = id ? deps.sentText(id) : undefined
    const current = sock()
    if (!id || !sent || !current) return undefined
    const chatJid = remoteJid ?? sent.chatJid
    const built = buildText(sent, { userJid: identityFor(current, chatJid), messageId: id, chatJid })
    return built.message ?? undefined
  }

  function askAboutRestriction() {
    // The answer arrives as an event. Without one we wait: a refused first contact that is repeated makes it worse.
    sock()
      ?.fetchAccountReachoutTimelock()
      .catch(() => restriction.told(true, undefined))
  }

  const accountId = () => account.owner()?.accountId

  return {
    ready: supervisor.ready,
    serverNow: serverClock.now,
    accountId,
    connect: supervisor.connect,
    disconnect: supervisor.disconnect,
    requestPairingCode: supervisor.requestPairingCode,
    logout: supervisor.logout,
    suspend: supervisor.suspend,
    resume: supervisor.resume,
    send: (text: Parameters<WhatsApp['outbound']['send']>[0]) =>
      outside(async () => {
        const current = sock()
        if (!supervisor.ready() || !current) throw notConnected()
        await sendText(current, text, { log, serverNow: serverClock.now, accountId, onMessages: deps.onMessages })
      }),
    typing: (chatJid: string, state: 'composing' | 'paused') =>
      outside(async () => {
        const current = sock()
        if (!supervisor.ready() || !current) return
        await current.sendPresenceUpdate(state, await addressOf(current, chatJid))
      }),
    syncChats: () => outside(groups.all),
    downloadMedia: (raw: Uint8Array, limits: Parameters<WhatsApp['downloadMedia']>[1]) =>
      outside(() => downloadMedia(sock(), raw, limits)),
    async dispose() {
      disposed = true
      supervisor.dispose()
      clearInterval(settling)
      inbox.dispose()
      await inbox.idle()
      // Work of the ended socket may still reach the key store for a moment.
      await new Promise((resolve) => setTimeout(resolve, 50))
      settle()
    },
  }
}

export type Engine = ReturnType<typeof createEngine>
