import type { Assignment, Chat } from '../../preload/contract/chats.ts'
import type { StoredAssignment } from '../store/assignments.ts'
import type { StoredChat } from '../store/chat-list.ts'
import { explain } from '../store/reasons.ts'
import { notFound } from './procedures.ts'
import type { OpenData } from './program.ts'

export function viewAssignment(data: OpenData, stored: StoredAssignment): Assignment {
  const { stopped } = stored
  return {
    bot: stored.bot,
    label: data.catalogue.find(stored.bot)?.label ?? null,
    enabled: stored.enabled,
    answer_owner_messages: stored.answerOwnerMessages,
    context_message_count: stored.contextMessageCount,
    response_chat_jid: stored.responseChatJid,
    stopped: stopped && { code: stopped.code, message: explain(stopped.code).message, at: stopped.at },
    was_enabled: stored.wasEnabled,
    superseded: stored.superseded.map((lost) => ({
      enabled: lost.enabled,
      answer_owner_messages: lost.answerOwnerMessages,
      context_message_count: lost.contextMessageCount,
      updated_at: lost.updatedAt,
    })),
  }
}

export function viewChat(data: OpenData, stored: StoredChat): Chat {
  const { id: _id, bots, ...chat } = stored
  return { ...chat, bots: bots.map((assignment) => viewAssignment(data, assignment)) }
}

/** The chat of a JID in any of its forms. */
export function requireChat(data: OpenData, jid: string): { id: number; jid: string } {
  const chat = data.store.chats.find(jid)
  if (!chat) throw notFound('chat', jid, 'This chat is not here. Add it, or wait for its first message.')
  return chat
}
