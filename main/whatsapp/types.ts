import type { GroupMetadata } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import type { Session } from '../../preload/contract/session.ts'
import type { PauseState } from '../pause/pause.ts'
import type { Clock, Outbound } from '../ports.ts'
import type { InboundMessage } from '../store/inbound.ts'

/** What WhatsApp tells of a chat or a person outside of messages. A field that is left out says nothing. */
export interface ChatFacts {
  jid: string
  /** The other form of the same chat: phone JID for a LID, or the reverse. */
  altJid?: string
  /** As the owner's address book or the group calls it. */
  name?: string
  /** As the person calls themselves. */
  pushName?: string
  archived?: boolean
  /** ms since 1970, server's clock. */
  lastMessageAt?: number
}

export interface HistoryChunk {
  accountId: number
  chats: ChatFacts[]
  contacts: ChatFacts[]
  messages: InboundMessage[]
  mappings: { pn: string; lid: string }[]
  /** 0 to 100, by the phone's own reckoning. */
  progress?: number
}

/** A message changed after it was sent. `text` null: deleted for everyone. Never a reason for a new answer. */
export interface Revision {
  accountId: number
  chatJid: string
  messageId: string
  fromMe: boolean
  /** In groups: who changed it, in every form that is known. */
  actors: string[]
  text: string | null
}

/** What was sent under an id of ours, so that a recipient who could not decrypt it gets it again. */
export interface SentText {
  chatJid: string
  text: string
  quoted?: Uint8Array
}

export interface WhatsAppDeps {
  /** Nothing is sent while it is active. */
  pause: PauseState
  /** Path of session.db. Its folder exists. */
  sessionPath: string
  clock: Clock
  log: Logger
  /** ws:// address of an emulator on this machine; anything else is refused. */
  emulatorUrl?: string
  /** Called at every login. The same account always gets the same id. */
  onAccount(account: { jid: string; lid?: string; name?: string }): number
  /** The account of this device was unlinked, here or on the phone. */
  onUnlinked?(accountId: number): void
  /**
   * Synchronous, one transaction. Once it returns the journal forgets these messages; when it throws they are brought
   * again, in their order. It must therefore take a message twice without harm.
   */
  onMessages(batch: InboundMessage[]): void
  onHistory(chunk: HistoryChunk): void
  /** False: it changed nothing, because the message is not there (yet). */
  onRevision?(revision: Revision): boolean
  onChat?(accountId: number, chat: ChatFacts): void
  onGroup?(accountId: number, group: GroupMetadata): void
  /** A phone JID and a LID are the same person. Brought again at the next start when it throws. */
  onMapping(accountId: number, pn: string, lid: string): void
  /** True for message ids that the outbox made: every other message of ours came from another device. */
  isOwnMessage(messageId: string): boolean
  /** Bodies of the last 14 days, for recipients that ask for a resend. */
  sentText(messageId: string): SentText | undefined
  groupMetadata?(jid: string): GroupMetadata | undefined
  /** Server's clock minus the machine's clock in ms, whenever it is learned anew. */
  onServerTime?(offset: number): void
  /** Proves in tests that a safeguard is needed. Ignored unless an emulator is the server. */
  disable?: ReadonlySet<'journal'>
  /** Tests shorten these. */
  timing?: Partial<Timing>
}

/** Milliseconds. */
export interface Timing {
  /** First step of the backoff; doubles up to `backoffMax`. */
  backoffFirst: number
  backoffMax: number
  /** An open connection of this age forgets earlier failures. */
  stableAfter: number
  /** A connection that showed no code and did not log in by then counts as dropped. Longer than Baileys' own limits together. */
  connectLimit: number
  /** The watchdog looks this often. */
  watchEvery: number
  /** No frame for this long: one ping. */
  silence: number
  pingLimit: number
  /** Without the server's word that the offline queue is empty we believe it after this long without a queued message. */
  catchUpSilence: number
  /** A batch that the store refused is brought again after this. */
  redeliverEvery: number
  /** How long one QR code is shown; undefined: 60 s the first, 20 s each later one, as WhatsApp Web does. */
  qrTimeout: number | undefined
}

export interface WhatsApp {
  session(): Session
  /** Returns the unsubscriber. */
  onChange(listener: (session: Session) => void): () => void
  /** Connects, or starts pairing when no account is linked. Safe to call in any state. */
  connect(): Promise<Session>
  /** Stays away from WhatsApp until `connect`. */
  disconnect(): Promise<Session>
  /** Digits with country code. Resolves with the code that the owner types on the phone. */
  requestPairingCode(phone: string): Promise<string>
  /** Unlinks this device: the phone forgets it, keys are wiped; chats and history stay. */
  logout(): Promise<Session>
  /** The machine goes to sleep: leave politely. */
  suspend(): void
  /** The machine woke up: reconnect at once. */
  resume(): void
  outbound: Outbound
  /** Asks for the names and members of all groups again. */
  syncChats(): Promise<void>
  /** `raw`: encoded proto.WebMessageInfo. Rejects with a MediaError. */
  downloadMedia(raw: Uint8Array, limits: { maxBytes: number; signal?: AbortSignal }): Promise<Uint8Array>
  /** ms since 1970 by the server's clock, as far as it is known. */
  serverNow(): number
  accountId(): number | undefined
  dispose(): Promise<void>
}
