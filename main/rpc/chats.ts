import type { AssignmentPatch } from '../store/assignments.ts'
import { requireChat, viewAssignment, viewChat } from './chat-view.ts'
import { invalid, notFound, procedures } from './procedures.ts'
import type { OpenData, Program } from './program.ts'

const own = procedures.chats
const accountOf = (data: OpenData): number | null => data.store.accounts.current()?.id ?? null

/** Digits with country code; undefined where it is none. */
function phoneJid(phone: string): string | undefined {
  const digits = phone.replace(/\D/g, '')
  return digits.length >= 7 && digits.length <= 15 ? `${digits}@s.whatsapp.net` : undefined
}

function switchBot(data: OpenData, jid: string, bot: string, enabled: boolean): void {
  const chat = requireChat(data, jid)
  data.store.assignments.set(chat.id, bot, { enabled }, accountOf(data))
  if (!enabled) data.silence(chat.id, bot)
}

function removeChat(program: Program, jid: string): number {
  const data = program.data()
  const chat = requireChat(data, jid)
  for (const { bot } of data.store.assignments.ofChat(chat.id)) data.silence(chat.id, bot)
  const messages = data.store.chats.remove(chat.id)
  program.finishRemovals()
  return messages
}

export const chats = own.router({
  list: own.list.handler(({ context, input }) => {
    const data = context.program.data()
    const chats = data.store.chats.list({ limit: 100, ...input }).map((chat) => viewChat(data, chat))
    return { total: data.store.chats.count(input), chats }
  }),
  get: own.get.handler(({ context, input }) => {
    const data = context.program.data()
    const stored = data.store.chats.get(requireChat(data, input.jid).id)
    if (!stored) throw notFound('chat', input.jid, 'This chat is not there any more. Reload the list.')
    return viewChat(data, stored)
  }),
  add: own.add.handler(({ context, input }) => {
    const data = context.program.data()
    const jid = input.jid ?? (input.phone === undefined ? undefined : phoneJid(input.phone))
    if (!jid) throw invalid('phone', 'Give the number with its country code, for example +55 11 99999 0001.')
    const name = input.name?.trim()
    const chat = data.store.chats.add(jid, { accountId: accountOf(data), ...(name ? { name } : {}) })
    const stored = data.store.chats.get(chat.id)
    if (!stored) throw notFound('chat', jid, 'The chat vanished while it was added. Try again.')
    return viewChat(data, stored)
  }),
  sync: own.sync.handler(async ({ context: { program } }) => {
    await program.whatsapp.syncChats()
    const { chats: list } = program.data().store
    return { groups: list.count({ type: 'group' }), chats: list.count({ type: 'direct' }) }
  }),
  remove: own.remove.handler(({ context, input }) => ({ messages: removeChat(context.program, input.jid) })),
  bulk: own.bulk.handler(({ context: { program }, input }) => {
    const data = program.data()
    const failed: { jid: string; message: string }[] = []
    let changed = 0
    for (const jid of input.jids) {
      try {
        if (input.action === 'delete') removeChat(program, jid)
        else {
          const { id } = requireChat(data, jid)
          const bots = input.bot === undefined ? data.store.assignments.ofChat(id).map(({ bot }) => bot) : [input.bot]
          for (const bot of bots) switchBot(data, jid, bot, input.action === 'enable')
        }
        changed++
      } catch (error) {
        failed.push({ jid, message: error instanceof Error ? error.message : 'It could not be changed.' })
      }
    }
    data.wake()
    return { changed, failed }
  }),
  setBot: own.setBot.handler(({ context, input }) => {
    const data = context.program.data()
    const chat = requireChat(data, input.jid)
    const known = data.catalogue.find(input.bot)
    if (!known && (input.enabled ?? false)) {
      throw notFound('bot', input.bot, `There is no bot named ${input.bot}. GET /api/bots lists those there are.`)
    }
    if (!known && !data.store.assignments.ofChat(chat.id).some(({ bot }) => bot === input.bot)) {
      throw notFound('bot', input.bot, `There is no bot named ${input.bot}. GET /api/bots lists those there are.`)
    }
    const patch: AssignmentPatch = {
      ...(input.enabled === undefined ? {} : { enabled: input.enabled }),
      ...(input.answer_owner_messages === undefined ? {} : { answerOwnerMessages: input.answer_owner_messages }),
      ...(input.context_message_count === undefined ? {} : { contextMessageCount: input.context_message_count }),
      ...(input.response_chat_jid === undefined
        ? {}
        : { responseChatId: input.response_chat_jid === null ? null : requireChat(data, input.response_chat_jid).id }),
    }
    const stored = data.store.assignments.set(chat.id, input.bot, patch, accountOf(data))
    if (!stored.enabled) data.silence(chat.id, input.bot)
    return viewAssignment(data, stored)
  }),
  removeBot: own.removeBot.handler(({ context, input }) => {
    const data = context.program.data()
    const chat = requireChat(data, input.jid)
    data.silence(chat.id, input.bot)
    return { removed: data.store.assignments.remove(chat.id, input.bot) }
  }),
  messages: own.messages.handler(({ context, input }) => {
    const data = context.program.data()
    const { jid, ...page } = input
    return data.store.messages.page(requireChat(data, jid).id, page)
  }),
  search: own.search.handler(({ context, input, signal }) => {
    const data = context.program.data()
    return data.store.messages.search(requireChat(data, input.jid).id, input.query, input.limit, signal)
  }),
  switchOnImported: own.switchOnImported.handler(({ context }) => {
    const data = context.program.data()
    return { changed: data.store.assignments.switchOnImported(accountOf(data)).length }
  }),
})
