import { type AuthenticationCreds, initAuthCreds, jidNormalizedUser } from '@whiskeysockets/baileys'
import type { ServerKind } from './emulator-address.ts'
import { codeOf } from './errors.ts'
import type { JournalOwner } from './journal.ts'
import type { KeyStore } from './key-store.ts'
import type { SessionDatabase } from './session-db.ts'
import type { SessionView } from './session-view.ts'
import type { WhatsAppDeps } from './types.ts'

export interface AccountDeps {
  deps: Pick<WhatsAppDeps, 'emulatorUrl' | 'log' | 'onAccount' | 'onMapping' | 'onUnlinked'>
  session: SessionDatabase
  keys: KeyStore
  view: SessionView
  /** Credentials could not be saved: the connection must end before anything is said with them. */
  onFailure(error: unknown): void
}

/** The account that this device is linked to, and its credentials; or the fresh ones of a device that is not linked yet. */
export function createAccount({ deps, session, keys, view, onFailure }: AccountDeps) {
  const { log } = deps
  let creds = keys.loadCreds() ?? initAuthCreds()
  let owner: JournalOwner | undefined

  const linked = () => creds.account !== undefined && creds.me !== undefined

  function identify(): JournalOwner | undefined {
    const { me } = creds
    if (!me) return undefined
    const jid = jidNormalizedUser(me.id)
    const lid = me.lid ? jidNormalizedUser(me.lid) : ''
    const name = me.name && me.name !== '~' ? { name: me.name } : {}
    const accountId = deps.onAccount({ jid, ...(lid ? { lid } : {}), ...name })
    view.note({ me: { jid, ...(lid ? { lid } : {}), ...name } })
    return { accountId, jid, lid }
  }

  function forgetKeys() {
    keys.wipe()
    creds = initAuthCreds()
  }

  return {
    linked,
    owner: () => owner,
    creds: () => creds,

    /** Before a connection: whose it will be. What a link that never came about left behind goes. */
    prepare() {
      if (!linked()) forgetKeys()
      owner = linked() ? identify() : undefined
    },
    /** Logged in: the name or the LID may be newer than what was known when the connection was made. */
    renew() {
      try {
        owner = identify()
      } catch (error) {
        log.warn({ code: codeOf(error) }, 'the account could not be written down')
      }
    },
    save(changed: AuthenticationCreds) {
      // What an ended connection says of credentials that were wiped since must not bring them back.
      if (changed !== creds) return
      const kind: ServerKind = deps.emulatorUrl ? 'emulator' : 'real'
      try {
        session.transaction(() => {
          if (linked() && session.fact('server') !== kind) session.setFact('server', kind)
          keys.saveCreds(creds)
        })
      } catch (error) {
        log.error({ code: codeOf(error) }, 'credentials could not be saved')
        onFailure(error)
      }
    },
    forgetKeys,
    /** Unlinked: Signal keys and credentials go, chats and history stay with the store. */
    forget() {
      const accountId = owner?.accountId
      forgetKeys()
      owner = undefined
      view.note({ me: undefined, historyProgress: undefined })
      try {
        if (accountId !== undefined) deps.onUnlinked?.(accountId)
      } catch (error) {
        log.warn({ code: codeOf(error) }, 'the account could not be marked as unlinked')
      }
    },
    /** Which kind of server an account of this file was ever linked to. */
    server(): ServerKind | undefined {
      const held = session.fact('server')
      return held === 'emulator' || held === 'real' ? held : undefined
    },
    tellMappings() {
      if (!owner) return
      try {
        for (const mapping of keys.untold()) {
          deps.onMapping(owner.accountId, mapping.pn, mapping.lid)
          keys.told(mapping)
        }
      } catch (error) {
        log.warn({ code: codeOf(error) }, 'a mapping of number and LID was not taken; it is brought again')
      }
    },
  }
}
export type Account = ReturnType<typeof createAccount>
