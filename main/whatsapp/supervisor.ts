import type { Clock } from '../ports.ts'
import type { Account } from './account.ts'
import { createBackoff } from './backoff.ts'
import { afterClose } from './close-codes.ts'
import { chooseServer } from './emulator-address.ts'
import { codeOf, notConnected, pairingInterrupted, WhatsAppError } from './errors.ts'
import type { Arrival } from './inbox.ts'
import type { Ended } from './link.ts'
import type { Login, LoginEvents } from './login.ts'
import { askForCode } from './pairing.ts'
import type { Restriction } from './restriction.ts'
import type { SessionDatabase } from './session-db.ts'
import type { Problem, SessionView } from './session-view.ts'
import type { Timing, WhatsAppDeps } from './types.ts'
import { fetchVersion } from './wa-version.ts'

export interface SupervisorDeps {
  deps: Pick<WhatsAppDeps, 'emulatorUrl' | 'log' | 'pause'>
  clock: Clock
  timing: Timing
  session: SessionDatabase
  view: SessionView
  account: Account
  restriction: Restriction
  /** Before a connection is made: what an earlier one left. Resolves with what only Baileys itself can work on. */
  prepare(): Promise<Arrival[]>
  makeLogin(url: string | undefined, events: LoginEvents): Login
  /** The connection came, went, or may speak now. */
  onReady(): void
  onOpen(): void
}

/** Owns the one connection: when one is made, what becomes of it, and what is done after its end. */
export function createSupervisor(supervised: SupervisorDeps) {
  const { deps, clock, timing, session, view, account, restriction, onReady } = supervised
  const { log } = deps
  const backoff = createBackoff({ first: timing.backoffFirst, max: timing.backoffMax })
  let login: Login | undefined
  let generation = 0
  let retry: NodeJS.Timeout | undefined
  let pairing: 'qr' | 'code' | undefined
  let codesAsked = 0
  let versionRefreshed = false
  let serverErrors = 0
  let suspended = false
  let leaving = false
  let disposed = false

  function drop() {
    generation += 1
    clearTimeout(retry)
    const ending = login
    login = undefined
    ending?.end()
    onReady()
  }

  function stop({ code, message }: Problem) {
    drop()
    pairing = undefined
    view.enter('closed', { problem: { code, message } })
  }

  function waitToReconnect({ code, message }: Problem, longest = false) {
    drop()
    const ms = backoff.next(longest)
    view.enter('waiting', { problem: { code, message }, retryAt: clock.now() + ms })
    retry = setTimeout(() => void begin(), ms)
  }

  async function begin(): Promise<void> {
    if (disposed) return
    drop()
    const mine = generation
    suspended = false
    const server = chooseServer(deps.emulatorUrl, account.server())
    if ('refused' in server) {
      stop({ code: 'emulator-mismatch', message: server.refused })
      return
    }
    view.enter('connecting')
    try {
      session.setFact('probe', String(clock.now()))
      account.prepare()
      const forBaileys = await supervised.prepare()
      if (mine !== generation || disposed) return
      const made = makeLogin(server.url)
      const { sock } = made.link
      for (const { message } of forBaileys) {
        await sock.messageMutex.mutex(() => sock.upsertMessage(message, 'append'))
        if (mine !== generation) return
      }
      made.link.flush()
    } catch (error) {
      if (mine !== generation || disposed) return
      log.error({ code: codeOf(error) }, 'the connection could not be prepared')
      waitToReconnect(storageTrouble)
    }
  }

  function makeLogin(url: string | undefined): Login {
    if (!account.linked()) pairing = 'qr'
    login = supervised.makeLogin(url, {
      onQr({ qr, expiresAfter, refreshed }) {
        if (pairing !== 'qr') return
        const qrExpiresAt = clock.now() + expiresAfter
        view.enter('pairing', { qr, qrExpiresAt, ...(refreshed ? { codeRefreshed: true } : {}) })
      },
      onPasskey: () => stop(passkeyWall),
      onLoggedIn() {
        pairing = undefined
        account.renew()
        versionRefreshed = false
        view.enter('catching-up')
      },
      onCaughtUp() {
        if (view.get().state !== 'catching-up') return
        view.enter('open', restriction.details())
        onReady()
        supervised.onOpen()
      },
      onStable() {
        backoff.reset()
        serverErrors = 0
      },
      onEnded: ended,
    })
    return login
  }

  function ended(how: Ended) {
    const wasLeaving = leaving
    leaving = false
    if (how.status === 500) serverErrors += 1
    const next = afterClose({ ...how, versionRefreshed, serverErrors, ...(pairing ? { pairing } : {}) })
    log.info({ status: how.status ?? how.httpStatus, next: next.do }, 'the connection ended')
    switch (next.do) {
      case 'reconnect-at-once':
        void begin()
        return
      case 'back-off':
        waitToReconnect(next.problem, next.longest)
        return
      case 'refresh-version':
        versionRefreshed = true
        void refreshVersion(next.problem)
        return
      case 'relink':
        drop()
        account.forget()
        if (wasLeaving) view.enter('unlinked')
        else stop(next.problem)
        return
      case 'stop':
        if (!account.linked()) account.forgetKeys()
        stop(next.problem)
    }
  }

  async function refreshVersion(problem: Problem) {
    drop()
    const mine = generation
    view.enter('connecting')
    const version = deps.emulatorUrl ? undefined : await fetchVersion(5000)
    if (mine !== generation || disposed) return
    if (version) session.setFact('version', JSON.stringify(version))
    else if (!deps.emulatorUrl) {
      stop(problem)
      return
    }
    await begin()
  }

  function current(): Login {
    if (!login) throw notConnected()
    return login
  }

  return {
    login: () => login,
    /** Connected, caught up, and not told to rest. */
    ready: () => view.get().state === 'open' && login !== undefined && !deps.pause.active(),
    /** Ends the socket before Baileys can answer the server: it then keeps what we could not save. */
    storageFailed(error: unknown) {
      log.error({ code: codeOf(error) }, 'session.db could not be read or written; the connection is closed')
      if (!login) return
      drop()
      setImmediate(() => {
        if (!disposed && !login) waitToReconnect(storageTrouble)
      })
    },
    async connect() {
      const { state } = view.get()
      // A code by number is given up for a QR code; a QR code that is shown stays.
      const shown = state === 'pairing' && pairing === 'qr'
      if (state === 'open' || state === 'catching-up' || state === 'connecting' || shown) return
      backoff.reset()
      await begin()
    },
    disconnect() {
      drop()
      pairing = undefined
      view.enter(account.linked() ? 'closed' : 'unlinked')
    },
    async requestPairingCode(phone: string): Promise<string> {
      if (account.linked()) {
        throw new WhatsAppError('already-linked', 'An account is linked already. Unlink it first.')
      }
      if (view.get().state !== 'pairing') {
        await begin()
        await view.reaches(['pairing'], 20_000)
      }
      const asked = current()
      const mine = ++codesAsked
      pairing = 'code'
      const code = await askForCode(asked.link.sock, phone.replace(/\D/g, ''), 5000).catch((cause: unknown) => {
        throw pairingInterrupted({ cause })
      })
      // Disconnected, or another code was asked for: this one opens nothing, and the state is not this call's any more.
      if (login !== asked || mine !== codesAsked) throw pairingInterrupted()
      if (code === undefined) {
        stop(codeRefused)
        throw new WhatsAppError('pairing-refused', codeRefused.message)
      }
      view.enter('pairing', { pairingCode: code })
      return code
    },
    async logout() {
      if (!account.linked()) throw new WhatsAppError('not-linked', 'No account is linked.')
      let told = login?.opened() === true
      if (told) {
        leaving = true
        const gone = view.reaches(['unlinked', 'closed'], 5000).catch(() => undefined)
        // The connection can end under it, for example by a second call to unlink: then the account is forgotten here alone.
        told = await current()
          .link.sock.logout()
          .then(
            () => true,
            () => false,
          )
        if (told) await gone
      }
      if (account.linked()) {
        drop()
        account.forget()
      }
      if (view.get().state !== 'unlinked') view.enter('unlinked', told ? {} : { problem: unlinkedHereOnly })
    },
    suspend() {
      if (suspended || disposed) return
      const { state } = view.get()
      if (state === 'closed' || state === 'unlinked') return
      drop()
      suspended = true
      view.enter('waiting')
      deps.pause.hold('suspend')
    },
    resume() {
      deps.pause.lift('suspend')
      if (suspended || view.get().state === 'waiting') void begin()
    },
    dispose() {
      disposed = true
      drop()
    },
  }
}
export type Supervisor = ReturnType<typeof createSupervisor>

const storageTrouble: Problem = {
  code: 'storage-failed',
  message:
    'The keys of the linked device could not be saved, so Whatslang left WhatsApp before anything was lost. Free some disk space or check the disk; it tries again by itself.',
}
const passkeyWall: Problem = {
  code: 'passkey-required',
  message:
    'WhatsApp asks this account for a passkey, which only its own apps support. Linking other devices to this account is not possible at the moment.',
}
const codeRefused: Problem = {
  code: 'pairing-refused',
  message: 'WhatsApp gave no code for this number. Check the number with its country code, or scan the QR code.',
}
const unlinkedHereOnly: Problem = {
  code: 'network',
  message:
    'The keys on this computer are gone, but WhatsApp could not be told. On the phone, open Linked devices and remove this one.',
}
