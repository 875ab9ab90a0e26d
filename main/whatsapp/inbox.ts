import { createHash } from 'node:crypto'
import {
  type BinaryNode,
  cleanMessage,
  decodeBinaryNode,
  decodeMessageNode,
  jidNormalizedUser,
  proto,
  unpadRandomMax16,
  type WAMessage,
} from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import type { InboundMessage } from '../store/inbound.ts'
import { statusOf } from './baileys-log.ts'
import type { EarlyRevisions } from './early-revisions.ts'
import { announcedHistory, readHistory, type TrustedToken } from './history.ts'
import type { Journal, JournalEntry, JournalOwner } from './journal.ts'
import { type MappingContext, messageName, toChange, toInbound } from './message.ts'
import type { HistoryChunk, Revision } from './types.ts'

export interface InboxDeps {
  journal: Journal
  early: EarlyRevisions
  log: Logger
  now(): number
  isOwnMessage(messageId: string): boolean
  onMessages(batch: InboundMessage[]): void
  onHistory(chunk: HistoryChunk): void
  /** What a chunk of history holds for session.db. */
  keep(mappings: HistoryChunk['mappings'], tokens: TrustedToken[]): void
  /** False: there is no such message yet. */
  onRevision(revision: Revision): boolean
  redeliverEvery: number
}

/** A message on its way to the store. */
export interface Arrival {
  message: WAMessage
  owner: JournalOwner
  stanza?: BinaryNode | undefined
}

export interface Inbox {
  /**
   * Hands messages to the store, in their order. What it refuses stays open in the journal, and everything after it
   * waits behind it. `finished`: resolves when Baileys is done with them; what is no message is closed only then.
   */
  receive(arrivals: Arrival[], finished?: Promise<unknown>): void
  /** Brings what the journal still holds. Resolves with messages that only Baileys itself can work on. */
  replay(): Promise<Arrival[]>
  /** Resolves when the chunks of history at hand have been read. */
  idle(): Promise<void>
  dispose(): void
}

export function createInbox(deps: InboxDeps): Inbox {
  const { journal, early, log } = deps
  let backlog: Arrival[] = []
  let retry: NodeJS.Timeout | undefined
  let reading: Promise<void> = Promise.resolve()
  const histories = new Set<string>()
  let disposed = false

  const contextOf = ({ owner, stanza }: Arrival): MappingContext => {
    const alt = stanza?.attrs.peer_recipient_pn ?? stanza?.attrs.recipient_pn ?? stanza?.attrs.recipient_lid
    return {
      accountId: owner.accountId,
      me: { jid: owner.jid, ...(owner.lid ? { lid: owner.lid } : {}) },
      receivedAt: deps.now(),
      origin: isQueued(stanza) ? 'offline' : 'live',
      isOwnMessage: deps.isOwnMessage,
      ...(alt ? { recipientAlt: alt } : {}),
    }
  }

  const mapped = (arrival: Arrival): InboundMessage | undefined => {
    const { id, fromMe } = arrival.message.key
    // Asked outside of the net below: when the store cannot answer now, the message waits.
    const isOwn = fromMe === true && typeof id === 'string' && deps.isOwnMessage(id)
    try {
      return toInbound(arrival.message, { ...contextOf(arrival), isOwnMessage: () => isOwn })
    } catch (error) {
      log.error({ err: nameOf(error) }, 'a message of unknown make was left out')
      return undefined
    }
  }

  const refuse = (arrivals: Arrival[], error: unknown): void => {
    log.error({ err: nameOf(error) }, 'the store refused messages; they stay in the journal and are brought again')
    backlog.push(...arrivals)
    wait()
  }

  const deliver = (arrivals: Arrival[], finished: Promise<unknown>): void => {
    let mappedOnes: { arrival: Arrival; inbound: InboundMessage | undefined }[]
    try {
      mappedOnes = arrivals.map((arrival) => ({ arrival, inbound: mapped(arrival) }))
    } catch (error) {
      refuse(arrivals, error)
      return
    }
    for (const run of runsOf(mappedOnes)) {
      try {
        const batch = run.flatMap(({ inbound }) => (inbound ? early.apply(inbound) : []))
        if (batch.length > 0) {
          deps.onMessages(batch)
          journal.close(run.map(({ arrival }) => messageName(arrival.message.key)))
        } else {
          for (const { arrival } of run) other(arrival, finished)
        }
      } catch (error) {
        const first = run[0]?.arrival
        refuse(arrivals.slice(first ? arrivals.indexOf(first) : 0), error)
        return
      }
    }
  }

  const other = (arrival: Arrival, finished: Promise<unknown>): void => {
    const { message, owner } = arrival
    const name = messageName(message.key)
    const history = announcedHistory(message)
    if (history) {
      readLater(name, history, contextOf(arrival))
      return
    }
    const change = toChange(message)
    if (change && message.key.remoteJid) {
      const { participant, participantAlt } = message.key
      const revision = {
        accountId: owner.accountId,
        chatJid: jidNormalizedUser(message.key.remoteJid),
        fromMe: message.key.fromMe === true,
        actors: [participant, participantAlt].flatMap((jid) => (jid ? jidNormalizedUser(jid) : [])),
        ...change,
      }
      if (!deps.onRevision(revision)) early.keep(revision)
    }
    if (!message.message?.protocolMessage) {
      journal.close([name])
      return
    }
    // Baileys still stores the keys or mappings that it carries.
    finished.then(
      () => journal.close([name]),
      () => log.warn('a message of the phone was not worked off; it is brought again'),
    )
  }

  const readLater = (name: string, history: proto.Message.IHistorySyncNotification, context: MappingContext): void => {
    if (histories.has(name)) return
    histories.add(name)
    reading = reading.then(async () => {
      try {
        if (disposed) return
        const { chunk, tokens } = await readHistory(history, context)
        deps.keep(chunk.mappings, tokens)
        deps.onHistory({ ...chunk, messages: chunk.messages.map(early.apply) })
        journal.close([name])
      } catch (error) {
        const gone = [403, 404, 410].includes(statusOf(error) ?? 0)
        if (gone) journal.close([name])
        log.warn({ err: nameOf(error), gone }, 'a part of the history could not be read')
      } finally {
        histories.delete(name)
      }
    })
  }

  const wait = (): void => {
    if (retry || disposed) return
    retry = setTimeout(() => {
      retry = undefined
      const again = backlog
      backlog = []
      deliver(again, Promise.resolve())
      if (backlog.length === 0) void replay().catch((error) => log.error({ err: nameOf(error) }, 'replay failed'))
    }, deps.redeliverEvery)
    retry.unref()
  }

  const receive = (arrivals: Arrival[], finished: Promise<unknown> = Promise.resolve()): void => {
    if (backlog.length > 0) backlog.push(...arrivals)
    else deliver(arrivals, finished)
  }

  const replay = async (): Promise<Arrival[]> => {
    const arrivals: Arrival[] = []
    for (const entries of byMessage(journal.open())) {
      const arrival = await restore(entries)
      if (arrival) arrivals.push(arrival)
    }
    const forBaileys = arrivals.filter(
      ({ message }) => message.message?.protocolMessage && !announcedHistory(message) && !toChange(message),
    )
    receive(arrivals.filter((arrival) => !forBaileys.includes(arrival)))
    return forBaileys
  }

  return {
    receive,
    replay,
    idle: () => reading,
    dispose: () => {
      disposed = true
      clearTimeout(retry)
    },
  }
}

/** True for what waited at the server. Baileys takes `offline="0"` for queued as well; it is not. */
export function isQueued(stanza: BinaryNode | undefined): boolean {
  const offline = stanza?.attrs.offline
  return offline !== undefined && offline !== '0'
}

/** Neighbours that are messages go to the store together; what is none goes between them, one by one. */
function runsOf<T extends { inbound: InboundMessage | undefined }>(items: T[]): T[][] {
  const runs: T[][] = []
  for (const item of items) {
    const run = runs.at(-1)
    if (item.inbound && run?.[0]?.inbound) run.push(item)
    else runs.push([item])
  }
  return runs
}

function byMessage(entries: JournalEntry[]): JournalEntry[][] {
  const groups = new Map<string, JournalEntry[]>()
  for (const entry of entries) groups.set(entry.message, [...(groups.get(entry.message) ?? []), entry])
  return [...groups.values()]
}

/**
 * Puts a stanza and its plaintexts together again, as Baileys' decryptMessageNode does. Undefined where a part was never
 * decrypted: no receipt can have left then, and the server brings the stanza again.
 */
async function restore(entries: JournalEntry[]): Promise<Arrival | undefined> {
  const last = entries.at(-1)
  if (!last) return undefined
  const { owner } = last
  const stanza = await decodeBinaryNode(Buffer.from(last.stanza))
  const message: WAMessage = decodeMessageNode(stanza, owner.jid, owner.lid).fullMessage
  for (const { tag, content } of Array.isArray(stanza.content) ? stanza.content : []) {
    if (tag !== 'enc' || !(content instanceof Uint8Array)) continue
    const hash = createHash('sha256').update(content).digest()
    const entry = entries.find((one) => one.hash.equals(hash))
    if (!entry) return undefined
    const decoded = proto.Message.decode(unpadRandomMax16(entry.plaintext))
    message.message = Object.assign(message.message ?? {}, decoded.deviceSentMessage?.message ?? decoded)
  }
  cleanMessage(message, owner.jid, owner.lid)
  return { message, owner, stanza }
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error)
