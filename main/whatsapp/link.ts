import type { IncomingMessage } from 'node:http'
import {
  type AuthenticationCreds,
  type BinaryNode,
  Browsers,
  encodeBinaryNode,
  type GroupMetadata,
  isJidBroadcast,
  isJidGroup,
  isJidNewsletter,
  jidNormalizedUser,
  makeWASocket,
  type SocketConfig,
  type WASocket,
  type WAVersion,
} from '@whiskeysockets/baileys'
import { makeLibSignalRepository } from '@whiskeysockets/baileys/lib/Signal/libsignal.js'
import type { Logger } from 'pino'
import { createBaileysLog, statusOf } from './baileys-log.ts'
import { containFailures, terminate } from './contain.ts'
import { contactFacts } from './history.ts'
import { workInOrder } from './in-order.ts'
import type { Arrival, Inbox } from './inbox.ts'
import type { Journal, JournalOwner } from './journal.ts'
import type { KeyStore } from './key-store.ts'
import type { KeyedLock } from './keyed-lock.ts'
import { messageName } from './message.ts'
import { createStanzaMemory, journalled } from './signal-repository.ts'
import type { ChatFacts } from './types.ts'

/** How a connection ended. */
export interface Ended {
  /** Baileys' status: DisconnectReason, or the reason of a `<failure>`. */
  status?: number | undefined
  /** Somebody on the way answered in the place of WhatsApp. */
  httpStatus?: number | undefined
  reason: string
}

export interface LinkEvents {
  /** Logged in. `seconds`: the server's time. */
  onOpen(): void
  onCaughtUp(): void
  /** Exactly once, whoever ended it. Not called after `end`. */
  onClose(how: Ended): void
  /** Changed in place: save them before anything else happens. */
  onCreds(creds: AuthenticationCreds): void
  onTimelock(until: Date | undefined, active: boolean): void
  onFrame(node: BinaryNode | undefined): void
  onAck(ack: { waMessageId: string; error?: string }): void
  onChat(chat: ChatFacts): void
  /** A group changed, or was left: what is kept of it is old. */
  onGroupStale(jid: string): void
}

export interface LinkDeps extends LinkEvents {
  creds: AuthenticationCreds
  keys: KeyStore
  journal: Journal
  lock: KeyedLock
  inbox: Inbox
  log: Logger
  owner(): JournalOwner | undefined
  journalOff: boolean
  url?: string
  version?: WAVersion
  qrTimeout: number | undefined
  getMessage: SocketConfig['getMessage']
  groupMetadata(jid: string): GroupMetadata | undefined
}

export interface Link {
  sock: WASocket
  /** Shuts the socket now: nothing is written to it any more when this returns. */
  end(): void
  /** Brings buffered events at once. */
  flush(): void
  /** `performance.now()` when the last message that had waited at the server came; 0: none did. */
  queuedAt(): number
  /** Resolves when the messages at hand have been worked on. */
  idle(): Promise<void>
}

/** One connection of Baileys, from its making to its end. A new one is made for each attempt. */
export function createLink(deps: LinkDeps): Link {
  const { creds, keys, log, inbox } = deps
  const stanzas = createStanzaMemory()
  const byName = new Map<string, BinaryNode>()
  let made = false
  let ended = false
  let queuedAt = 0

  const sock = makeWASocket({
    auth: { creds, keys },
    logger: createBaileysLog(log),
    browser: platformBrowser(),
    markOnlineOnConnect: false,
    syncFullHistory: false,
    emitOwnEvents: false,
    generateHighQualityLinkPreview: false,
    transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 0 },
    // History is read from the journal, chunk by chunk, so that none is lost; Baileys only must not warn at its start.
    shouldSyncHistoryMessage: () => !made,
    shouldIgnoreJid: (jid) => Boolean(isJidBroadcast(jid) || isJidNewsletter(jid)),
    getMessage: deps.getMessage,
    cachedGroupMetadata: (jid) => Promise.resolve(deps.groupMetadata(jid)),
    makeSignalRepository: (auth, logger, lookUp) =>
      journalled(auth, makeLibSignalRepository(auth, logger, lookUp), {
        journal: deps.journal,
        lock: deps.lock,
        entryFor: (ciphertext, hash, plaintext) => {
          const stanza = stanzas.of(ciphertext)
          const owner = deps.owner()
          if (!stanza || !owner || deps.journalOff) return undefined
          return { hash, plaintext, owner, stanza: encodeBinaryNode(stanza), message: nameOfStanza(stanza, owner) }
        },
      }),
    ...(deps.version ? { version: deps.version } : {}),
    ...(deps.url ? { waWebSocketUrl: deps.url } : {}),
    ...(deps.qrTimeout ? { qrTimeout: deps.qrTimeout } : {}),
  })
  made = true

  const onError = (error: unknown) => log.warn({ status: statusOf(error) }, 'a stanza could not be worked on')
  const messages = workInOrder(sock.ws, 'CB:message', { alive: () => !ended, onError })
  containFailures(sock.ws, onError)

  const end = () => {
    if (ended) return
    ended = true
    const forget = () => {
      sock.ws.removeAllListeners()
      // A socket that is closed while it connects reports an error, which must have a listener.
      sock.ws.on('error', () => log.debug('the closed connection reported an error'))
    }
    // The socket is closing, and refuses to send, when this call returns; its promise waits for the other side.
    sock.end(undefined).then(forget, forget)
    // Answers that somebody waits for do not come any more.
    sock.ws.emit('close')
    setTimeout(() => terminate(sock.ws), 2000).unref()
  }
  const close = (how: Ended) => {
    if (ended) return
    end()
    deps.onClose(how)
  }

  // The store may be away while a restore swaps its file: that must not tear Baileys' own work.
  const safely = (work: () => void) => {
    try {
      work()
    } catch (error) {
      onError(error)
    }
  }

  sock.ws.prependListener('CB:message', (stanza: BinaryNode) => {
    stanzas.remember(stanza)
    const owner = deps.owner()
    if (!owner || !stanza.attrs.id) return
    if (stanza.attrs.offline) queuedAt = performance.now()
    byName.set(nameOfStanza(stanza, owner), stanza)
    // Baileys drops some stanzas without a word; their memory must not stay.
    if (byName.size > 5000) byName.delete(byName.keys().next().value ?? '')
  })
  // A proxy, or a network that wants a sign-in first. Baileys' own listener keeps ws from failing, and then does nothing.
  sock.ws.on('unexpected-response', (_request: unknown, response: IncomingMessage) => {
    response.resume()
    close({ httpStatus: response.statusCode, reason: 'no upgrade' })
  })
  sock.ws.on('frame', (frame: BinaryNode | Uint8Array) => deps.onFrame(frame instanceof Uint8Array ? undefined : frame))
  sock.ws.on('CB:ack,class:message', ({ attrs }: BinaryNode) => {
    const { id, error } = attrs
    if (id) safely(() => deps.onAck({ waMessageId: id, ...(error ? { error } : {}) }))
  })

  sock.ev.on('creds.update', (update) => {
    Object.assign(creds, update)
    deps.onCreds(creds)
  })
  sock.ev.on('connection.update', ({ connection, lastDisconnect, receivedPendingNotifications, reachoutTimeLock }) => {
    if (ended) return
    if (connection === 'open') deps.onOpen()
    if (receivedPendingNotifications) {
      messages.idle().then(() => {
        if (!ended) deps.onCaughtUp()
      }, onError)
    }
    if (reachoutTimeLock) deps.onTimelock(reachoutTimeLock.timeEnforcementEnds, reachoutTimeLock.isActive === true)
    const error = lastDisconnect?.error
    if (connection === 'close') close({ status: statusOf(error), reason: error?.message ?? '' })
  })
  sock.ev.on('messages.upsert', ({ messages }) => {
    const owner = deps.owner()
    if (!owner) return
    const arrivals: Arrival[] = messages.map((message) => {
      const name = messageName(message.key)
      const stanza = byName.get(name)
      byName.delete(name)
      return { message, owner, stanza }
    })
    // Baileys holds this mutex while it works on a message, so our turn comes when it is done.
    const finished = sock.messageMutex.mutex(async () => sock.ev.flush())
    inbox.receive(arrivals, finished)
  })
  const chats = (facts: ChatFacts[]) => {
    for (const chat of facts) safely(() => deps.onChat(chat))
  }
  sock.ev.on('contacts.upsert', (contacts) => chats(contacts.flatMap((contact) => contactFacts(contact))))
  sock.ev.on('contacts.update', (contacts) => chats(contacts.flatMap((contact) => contactFacts(contact))))
  sock.ev.on('chats.update', (updates) => {
    for (const { id, archived } of updates) {
      if (id && typeof archived === 'boolean') chats([{ jid: jidNormalizedUser(id), archived }])
    }
  })
  const stale = (groups: { id?: string | undefined }[]) => {
    for (const { id } of groups) if (id && isJidGroup(id)) deps.onGroupStale(id)
  }
  sock.ev.on('groups.upsert', stale)
  sock.ev.on('groups.update', stale)
  sock.ev.on('group-participants.update', (group) => stale([group]))

  return { sock, end, flush: () => sock.ev.flush(), queuedAt: () => queuedAt, idle: messages.idle }
}

/** The same name as the message that Baileys makes of the stanza (see its decodeMessageNode). */
function nameOfStanza({ attrs }: BinaryNode, owner: JournalOwner): string {
  const { id, from = '', participant, recipient } = attrs
  const isMe = (jid: string | undefined) => Boolean(jid) && [owner.jid, owner.lid].includes(jidNormalizedUser(jid))
  const fromMe = isMe(participant ?? from)
  const remoteJid = recipient && !participant && fromMe ? recipient : from
  return messageName({ remoteJid, fromMe, ...(id ? { id } : {}), ...(participant ? { participant } : {}) })
}

function platformBrowser(): [string, string, string] {
  if (process.platform === 'win32') return Browsers.windows('Chrome')
  return process.platform === 'darwin' ? Browsers.macOS('Chrome') : Browsers.ubuntu('Chrome')
}
