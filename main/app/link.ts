import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import type { PauseState } from '../pause/pause.ts'
import type { Clock } from '../ports.ts'
import type { Store } from '../store/index.ts'
import { createWhatsApp, type WhatsApp, type WhatsAppDeps } from '../whatsapp/index.ts'
import type { Data } from './open-data.ts'

export interface LinkDeps {
  pause: PauseState
  config: Config
  clock: Clock
  log: Logger
  /** Throws while a restore swaps the file: WhatsApp's journal then keeps what comes and brings it again. */
  data(): Data
}

type GroupMetadata = ReturnType<NonNullable<WhatsAppDeps['groupMetadata']>>

/** WhatsApp on one side, the store and the bots on the other. */
export function linkWhatsApp({ config, clock, log, pause, data }: LinkDeps): WhatsApp {
  const store = (): Store => data().store
  return createWhatsApp({
    sessionPath: config.session,
    clock,
    log,
    pause,
    ...(config.emulatorUrl === undefined ? {} : { emulatorUrl: config.emulatorUrl }),
    ...(config.testDisable.has('journal') ? { disable: new Set(['journal'] as const) } : {}),
    onAccount: ({ jid, lid, name }) =>
      store().accounts.link({
        jid,
        ...(lid === undefined ? {} : { lid }),
        ...(name === undefined ? {} : { label: name }),
      }).id,
    onUnlinked: (accountId) => store().accounts.unlink(accountId),
    onMessages: (batch) => {
      data().pipeline.receive(batch)
    },
    onHistory(chunk) {
      const { chats, messages, transaction } = store()
      transaction(() => {
        chats.learnMappings(chunk.mappings)
        for (const facts of [...chunk.chats, ...chunk.contacts]) {
          // A contact without a chat of its own is no chat yet; its name waits in WhatsApp's address book.
          const known = chats.find(facts.jid) ?? (facts.altJid === undefined ? undefined : chats.find(facts.altJid))
          const chat =
            known ?? (chunk.chats.includes(facts) ? chats.resolve(chunk.accountId, facts.jid, facts.altJid) : undefined)
          if (!chat) continue
          if (facts.name) chats.name(chat.id, facts.name, 'contact')
          else if (facts.pushName) chats.name(chat.id, facts.pushName, 'push')
          if (facts.archived !== undefined) chats.setArchived(chat.id, facts.archived)
        }
        messages.insertHistory(chunk.messages)
      })
    },
    onRevision: (revision) => store().revisions.apply(revision),
    onChat(accountId, facts) {
      const { chats, transaction } = store()
      transaction(() => {
        const chat = chats.find(facts.jid) ?? (facts.altJid === undefined ? undefined : chats.find(facts.altJid))
        if (!chat) return
        if (facts.altJid !== undefined) chats.resolve(accountId, facts.jid, facts.altJid)
        if (facts.name) chats.name(chat.id, facts.name, 'contact')
        else if (facts.pushName) chats.name(chat.id, facts.pushName, 'push')
        if (facts.archived !== undefined) chats.setArchived(chat.id, facts.archived)
      })
    },
    onGroup: (accountId, group) => {
      store().chats.setGroup(accountId, group.id, group)
    },
    onMapping: (_accountId, pn, lid) => {
      store().chats.learnMapping(pn, lid)
    },
    isOwnMessage: (messageId) => store().outbox.byWaId(messageId) !== undefined,
    sentText(messageId) {
      const chunk = store().outbox.byWaId(messageId)
      const details = chunk && store().outbox.details(chunk.id)
      if (!details?.body) return undefined
      return { chatJid: details.chatJid, text: details.body, ...(details.quoted ? { quoted: details.quoted } : {}) }
    },
    groupMetadata(jid) {
      const chat = store().chats.find(jid)
      return chat && (store().chats.group(chat.id) as GroupMetadata)
    },
  })
}
