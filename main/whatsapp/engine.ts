import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type AuthenticationCreds,
  BufferJSON,
  initAuthCreds,
  jidNormalizedUser,
  type proto,
  S_WHATSAPP_NET,
} from '@whiskeysockets/baileys'
import { createBackoff } from './backoff.ts'
import { afterClose } from './close-codes.ts'
import { chooseServer } from './emulator-address.ts'
import { notConnected, WhatsAppError } from './errors.ts'
import { createInbox } from './inbox.ts'
import { createJournal, type JournalOwner } from './journal.ts'
import { createKeyStore } from './key-store.ts'
import { createKeyedLock } from './keyed-lock.ts'
import { createLink, type Link } from './link.ts'
import { downloadMedia } from './media.ts'
import { type AckListener, addressOf, identityFor, sendText } from './outbound.ts'
import { buildText } from './outgoing.ts'
import { askForCode, followPairing } from './pairing.ts'
import { createPause } from './pause.ts'
import type { ServerClock } from './server-clock.ts'
import type { SessionDatabase } from './session-db.ts'
import type { SessionView } from './session-view.ts'
import type { Timing, WhatsApp, WhatsAppDeps } from './types.ts'
import { fetchVersion, parseVersion } from './wa-version.ts'
import { createWatchdog } from './watchdog.ts'

export interface EngineDeps {
  deps: WhatsAppDeps
  timing: Timing
  session: SessionDatabase
  view: SessionView
  serverClock: ServerClock
  /** Whoever waits for `Outbound.ready()` to change. */
  onReady(): void
  onAck: AckListener
}

const day = 86_400_000

/** The one supervisor of the one socket. Loaded late: with it come Baileys and libsignal. */
export function createEngine({ deps, timing, session, view, serverClock, onReady, onAck }: EngineDeps) {
  const { log, clock } = deps
  // Baileys keeps its key transactions in async context: nothing of ours may run inside one that has ended.
  const outside = AsyncLocalStorage.snapshot()
  const lock = createKeyedLock()
  const journal = createJournal(session, () => clock.now())
  const keys = createKeyStore({
    session,
    journal,
    json: BufferJSON,
    onFailure: storageFailed,
    onMapping: () => setImmediate(tellMappings),
  })
  const inbox = createInbox({
    journal,
    log,
    now: serverClock.now,
    isOwnMessage: deps.isOwnMessage,
    redeliverEvery: timing.redeliverEvery,
    onMessages: (batch) => outside(() => deps.onMessages(batch)),
    onRevision: (revision) => outside(() => deps.onRevision?.(revision)),
    keep: keys.keep,
    onHistory: (chunk) => {
      outside(() => deps.onHistory(chunk))
      const progress = chunk.progress
      view.note({ historyProgress: progress === undefined || progress >= 100 ? undefined : progress })
    },
  })
  const backoff = createBackoff({ first: timing.backoffFirst, max: timing.backoffMax })
  const pause = createPause({ session, view, now: () => clock.now(), onLift: () => onReady() })

  let creds = keys.loadCreds() ?? initAuthCreds()
  let owner: JournalOwner | undefined
  let link: Link | undefined
  let generation = 0
  let timers: NodeJS.Timeout[] = []
  let watchdog: ReturnType<typeof createWatchdog> | undefined
  let pairing: 'qr' | 'code' | undefined
  let opened = false
  let caughtUp = false
  let versionRefreshed = false
  let serverErrors = 0
  let suspended = false
  let leaving = false
  let disposed = false
  const settling = setInterval(settle, 250)
  settling.unref()

  const linked = () => creds.account !== undefined && creds.me !== undefined
  const ready = () => view.get().state === 'open' && link !== undefined && !pause.active()

  function settle() {
    try {
      journal.settle()
    } catch (error) {
      storageFailed(error)
    }
  }

  /** Ends the socket before Baileys can answer the server: it then keeps what we could not save. */
  function storageFailed(error: unknown) {
    log.error({ code: codeOf(error) }, 'session.db could not be read or written; the connection is closed')
    if (!link) return
    drop()
    setImmediate(() => {
      if (!disposed && !link) waitToReconnect('storage-failed', storageMessage)
    })
  }

  function drop() {
    generation += 1
    for (const timer of timers) clearTimeout(timer)
    timers = []
    watchdog?.dispose()
    watchdog = undefined
    const ending = link
    link = undefined
    opened = false
    caughtUp = false
    ending?.end()
    onReady()
  }

  function later(ms: number, work: () => void) {
    timers.push(setTimeout(work, ms))
  }

  function stop(code: Problem, message: string) {
    drop()
    pairing = undefined
    view.enter('closed', { problem: { code, message } })
  }

  function waitToReconnect(code: Problem, message: string, longest = false) {
    drop()
    const ms = backoff.next(longest)
    view.enter('waiting', { problem: { code, message }, retryAt: clock.now() + ms })
    later(ms, () => void begin())
  }

  async function begin(): Promise<void> {
    if (disposed) return
    drop()
    const mine = generation
    suspended = false
    const server = chooseServer(deps.emulatorUrl, heldServer())
    if ('refused' in server) {
      stop('emulator-mismatch', server.refused)
      return
    }
    view.enter('connecting')
    try {
      session.setFact('probe', String(clock.now()))
      if (!linked()) forgetKeys()
      owner = linked() ? ownerNow() : undefined
      journal.prune(clock.now() - 2 * day)
      tellMappings()
      const forBaileys = await inbox.replay()
      if (mine !== generation || disposed) return
      makeLink(server.url, mine)
      for (const { message } of forBaileys) {
        const { sock } = currentLink()
        await sock.messageMutex.mutex(() => sock.upsertMessage(message, 'append'))
        if (mine !== generation) return
      }
      link?.flush()
    } catch (error) {
      if (mine !== generation || disposed) return
      log.error({ code: codeOf(error) }, 'the connection could not be prepared')
      waitToReconnect('storage-failed', storageMessage)
    }
  }

  function makeLink(url: string | undefined, mine: number) {
    const version = deps.emulatorUrl ? undefined : parseVersion(session.fact('version'))
    const journalOff = deps.emulatorUrl !== undefined && deps.disable?.has('journal') === true
    const usedCreds = creds
    const made = outside(() =>
      createLink({
        creds,
        keys,
        journal,
        lock,
        inbox,
        log,
        journalOff,
        qrTimeout: timing.qrTimeout,
        owner: () => owner,
        ...(url ? { url } : {}),
        ...(version ? { version } : {}),
        getMessage: ({ id, remoteJid }) => Promise.resolve(resend(id, remoteJid)),
        groupMetadata: (jid) => deps.groupMetadata?.(jid),
        onStorageFailure: storageFailed,
        onCreds: () => saveCreds(usedCreds),
        onOpen: loggedIn,
        onCaughtUp: () => {
          caughtUp = true
          openWhenReady()
        },
        onClose: (status, reason) => {
          if (mine === generation) closed(status, reason)
        },
        onTimelock: (until, active) => pause.timelock(active, until),
        onFrame: (node) => {
          watchdog?.frame()
          const t = Number(node?.attrs.t)
          if (!node || !t) return
          if (node.tag === 'success') serverClock.login(t)
          else if (!node.attrs.offline) serverClock.heard(t)
        },
        onAck: (ack) => {
          if (ack.error === '463') askAboutRestriction()
          onAck(ack)
        },
        onChat: (chat) => {
          if (owner) deps.onChat?.(owner.accountId, chat)
        },
        onGroupStale: (jid) => void syncGroup(jid),
      }),
    )
    link = made
    watchdog = createWatchdog({
      clock,
      every: timing.watchEvery,
      silence: timing.silence,
      pingLimit: timing.pingLimit,
      ping: () =>
        made.sock.query(
          {
            tag: 'iq',
            attrs: { to: S_WHATSAPP_NET, type: 'get', xmlns: 'w:p' },
            content: [{ tag: 'ping', attrs: {} }],
          },
          timing.pingLimit,
        ),
      onDead: () => {
        if (mine === generation) closed(408, 'no answer')
      },
    })
    if (linked()) return
    pairing = 'qr'
    followPairing(
      made.sock,
      {
        onQr: (qr, ms, codeRefreshed) => {
          if (mine !== generation || pairing !== 'qr') return
          view.enter('pairing', {
            qr,
            qrExpiresAt: clock.now() + ms,
            ...(codeRefreshed ? { codeRefreshed } : {}),
          })
        },
        onPasskey: () => stop('passkey-required', passkeyMessage),
        onRefusal: () => log.warn('the request for a fresh code could not be acknowledged'),
      },
      timing.qrTimeout,
    )
  }

  function resend(id: string | null | undefined, remoteJid: string | null | undefined): proto.IMessage | undefined {
    const sent = id ? deps.sentText(id) : undefined
    if (!id || !sent || !link) return undefined
    const chatJid = remoteJid ?? sent.chatJid
    const built = buildText(sent, { userJid: identityFor(link.sock, chatJid), messageId: id, chatJid })
    return built.message ?? undefined
  }

  function saveCreds(changed: AuthenticationCreds) {
    // What an ended connection says of credentials that were wiped since must not bring them back.
    if (changed !== creds) return
    const kind = deps.emulatorUrl ? 'emulator' : 'real'
    try {
      session.transaction(() => {
        if (linked() && session.fact('server') !== kind) session.setFact('server', kind)
        keys.saveCreds(creds)
      })
    } catch (error) {
      log.error({ code: codeOf(error) }, 'credentials could not be saved')
      storageFailed(error)
    }
  }

  function ownerNow(): JournalOwner | undefined {
    const { me } = creds
    if (!me) return undefined
    const jid = jidNormalizedUser(me.id)
    const lid = me.lid ? jidNormalizedUser(me.lid) : ''
    const name = me.name && me.name !== '~' ? { name: me.name } : {}
    const accountId = deps.onAccount({ jid, ...(lid ? { lid } : {}), ...name })
    view.note({ me: { jid, ...(lid ? { lid } : {}), ...name } })
    return { accountId, jid, lid }
  }

  function loggedIn() {
    opened = true
    pairing = undefined
    try {
      owner = ownerNow()
    } catch (error) {
      // Known since the connection was made; only name or LID may be newer.
      log.warn({ code: codeOf(error) }, 'the account could not be written down')
    }
    versionRefreshed = false
    view.enter('catching-up')
    later(timing.stableAfter, () => {
      backoff.reset()
      serverErrors = 0
    })
    const mine = generation
    const openedAt = Date.now()
    const look = () => {
      if (mine !== generation || caughtUp) return
      // Baileys holds events back until the server's mark, which may be missing.
      link?.flush()
      const quiet = Date.now() - Math.max(openedAt, link?.queuedAt() ?? 0)
      if (quiet >= timing.catchUpSilence) {
        caughtUp = true
        openWhenReady()
      } else later(Math.min(1000, timing.catchUpSilence), look)
    }
    look()
    openWhenReady()
  }

  function openWhenReady() {
    if (!opened || !caughtUp || view.get().state !== 'catching-up') return
    link?.flush()
    view.enter('open', pause.problem())
    onReady()
    syncChats().catch(() => log.warn('the list of groups could not be fetched'))
  }

  function closed(status: number | undefined, reason: string) {
    const wasLeaving = leaving
    leaving = false
    if (status === 500) serverErrors += 1
    const next = afterClose({
      status,
      versionRefreshed,
      serverErrors,
      codesUsedUp: reason.includes('QR refs'),
      ...(pairing ? { pairing } : {}),
    })
    log.info({ status, next: next.do }, 'the connection ended')
    switch (next.do) {
      case 'reconnect-at-once':
        void begin()
        return
      case 'back-off':
        waitToReconnect(next.problem.code, next.problem.message, next.longest)
        return
      case 'refresh-version':
        versionRefreshed = true
        void refreshVersion(next.problem.code, next.problem.message)
        return
      case 'relink':
        forgetAccount()
        if (wasLeaving) {
          drop()
          view.enter('unlinked')
        } else stop(next.problem.code, next.problem.message)
        return
      case 'stop':
        if (!linked()) forgetKeys()
        stop(next.problem.code, next.problem.message)
    }
  }

  async function refreshVersion(code: Problem, message: string) {
    drop()
    const mine = generation
    view.enter('connecting')
    const version = deps.emulatorUrl ? undefined : await fetchVersion(5000)
    if (mine !== generation || disposed) return
    if (version) session.setFact('version', JSON.stringify(version))
    else if (!deps.emulatorUrl) {
      stop(code, message)
      return
    }
    await begin()
  }

  /** Unlinked: Signal keys and credentials go, chats and history stay with the store. */
  function forgetAccount() {
    const accountId = owner?.accountId
    drop()
    forgetKeys()
    owner = undefined
    view.note({ me: undefined, historyProgress: undefined })
    try {
      if (accountId !== undefined) deps.onUnlinked?.(accountId)
    } catch (error) {
      log.warn({ code: codeOf(error) }, 'the account could not be marked as unlinked')
    }
  }

  function forgetKeys() {
    keys.wipe()
    creds = initAuthCreds()
  }

  function heldServer() {
    const held = session.fact('server')
    return held === 'emulator' || held === 'real' ? held : undefined
  }

  function tellMappings() {
    if (!owner || disposed) return
    const { accountId } = owner
    try {
      for (const mapping of keys.untold()) {
        outside(() => deps.onMapping(accountId, mapping.pn, mapping.lid))
        keys.told(mapping)
      }
    } catch (error) {
      log.warn({ code: codeOf(error) }, 'a mapping of number and LID was not taken; it is brought again')
    }
  }

  function askAboutRestriction() {
    const sock = link?.sock
    if (!sock) return
    // The answer arrives as an event. Without one we wait: a refused first contact that is repeated makes it worse.
    sock.fetchAccountReachoutTimelock().catch(() => pause.timelock(true, new Date(clock.now() + 15 * 60_000)))
  }

  async function syncGroup(jid: string) {
    const sock = link?.sock
    if (!sock || !owner) return
    try {
      deps.onGroup?.(owner.accountId, await sock.groupMetadata(jid))
    } catch {
      log.debug('a group could not be asked about; it may have been left')
    }
  }

  async function syncChats() {
    const { sock } = currentLink()
    const groups = await sock.groupFetchAllParticipating()
    for (const group of Object.values(groups)) {
      if (owner) deps.onGroup?.(owner.accountId, group)
    }
  }

  function currentLink(): Link {
    if (!link) throw notConnected()
    return link
  }

  return {
    ready,
    serverNow: serverClock.now,
    accountId: () => owner?.accountId,
    async connect() {
      const { state } = view.get()
      if (state === 'open' || state === 'catching-up' || state === 'connecting' || state === 'pairing') return
      backoff.reset()
      await begin()
    },
    disconnect() {
      drop()
      pairing = undefined
      view.enter(linked() ? 'closed' : 'unlinked')
    },
    async requestPairingCode(phone: string): Promise<string> {
      if (linked()) throw new WhatsAppError('already-linked', 'An account is linked already. Unlink it first.')
      if (view.get().state !== 'pairing') {
        await begin()
        await waitFor(view, (state) => state === 'pairing', 20_000)
      }
      const { sock } = currentLink()
      pairing = 'code'
      const code = await askForCode(sock, phone.replace(/\D/g, ''), 5000)
      if (code === undefined) {
        stop('pairing-refused', refusedMessage)
        throw new WhatsAppError('pairing-refused', refusedMessage)
      }
      view.enter('pairing', { pairingCode: code })
      return code
    },
    async logout() {
      if (!linked()) throw new WhatsAppError('not-linked', 'No account is linked.')
      const told = opened && link !== undefined
      if (told) {
        leaving = true
        const { promise, resolve } = Promise.withResolvers<void>()
        const off = view.onChange(({ state }) => {
          if (state === 'unlinked' || state === 'closed') resolve()
        })
        const limit = setTimeout(resolve, 5000)
        await currentLink().sock.logout()
        await promise
        clearTimeout(limit)
        off()
      }
      if (linked()) forgetAccount()
      if (view.get().state !== 'unlinked') view.enter('unlinked', told ? {} : { problem: unlinkedHereOnly })
    },
    suspend() {
      if (suspended || disposed) return
      const { state } = view.get()
      if (state === 'closed' || state === 'unlinked') return
      drop()
      suspended = true
      view.enter('waiting')
      pause.suspend(true)
    },
    resume() {
      pause.suspend(false)
      const { state } = view.get()
      if (suspended || state === 'waiting') void begin()
    },
    liftPause: () => pause.lift(),
    send: (text: Parameters<WhatsApp['outbound']['send']>[0]) =>
      outside(async () => {
        if (!ready()) throw notConnected()
        const { sock } = currentLink()
        await sendText(sock, text, {
          log,
          serverNow: serverClock.now,
          accountId: () => owner?.accountId,
          onMessages: deps.onMessages,
        })
      }),
    typing: (chatJid: string, state: 'composing' | 'paused') =>
      outside(async () => {
        if (!ready()) return
        const { sock } = currentLink()
        await sock.sendPresenceUpdate(state, await addressOf(sock, chatJid))
      }),
    syncChats: () => outside(syncChats),
    downloadMedia: (raw: Uint8Array, limits: Parameters<WhatsApp['downloadMedia']>[1]) =>
      outside(() => downloadMedia(link?.sock, raw, limits)),
    async dispose() {
      disposed = true
      drop()
      clearInterval(settling)
      pause.dispose()
      inbox.dispose()
      await inbox.idle()
      // Work of the ended socket may still reach the key store for a moment.
      await new Promise((resolve) => setTimeout(resolve, 50))
      settle()
    },
  }
}

export type Engine = ReturnType<typeof createEngine>
type Problem = NonNullable<ReturnType<SessionView['get']>['problem']>['code']

const storageMessage =
  'The keys of the linked device could not be saved, so Whatslang left WhatsApp before anything was lost. Free some disk space or check the disk; it tries again by itself.'
const passkeyMessage =
  'WhatsApp asks this account for a passkey, which only its own apps support. Linking other devices to this account is not possible at the moment.'
const refusedMessage =
  'WhatsApp gave no code for this number. Check the number with its country code, or scan the QR code.'
const unlinkedHereOnly = {
  code: 'network' as const,
  message:
    'The keys on this computer are gone, but WhatsApp could not be told. On the phone, open Linked devices and remove this one.',
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

function waitFor(view: SessionView, wanted: (state: string) => boolean, limit: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      clearTimeout(timer)
      off()
      settle()
    }
    const timer = setTimeout(() => done(() => reject(notConnected())), limit)
    const off = view.onChange(({ state }) => {
      if (wanted(state)) done(resolve)
    })
    if (wanted(view.get().state)) done(resolve)
  })
}
