import * as z from 'zod'
import { Instant, Jid, Limit, procedure } from './common.ts'

export const Assignment = z.object({
  bot: z.string(),
  /** Null where this program does not know the bot: kept, shown as "not available", never dropped. */
  label: z.string().nullable(),
  enabled: z.boolean(),
  answer_owner_messages: z.boolean(),
  context_message_count: z.number().int(),
  response_chat_jid: z.string().nullable(),
  /** Why Whatslang itself switched it off. */
  stopped: z.object({ code: z.string(), message: z.string(), at: Instant }).nullable(),
  /** It was on in the file it came from and waits to be switched on here. */
  was_enabled: z.boolean(),
  /** Settings that lost to these when two chats turned out to be one person's: those changed last are in force. */
  superseded: z
    .array(
      z.object({
        enabled: z.boolean(),
        answer_owner_messages: z.boolean(),
        context_message_count: z.number().int(),
        updated_at: Instant,
      }),
    )
    .optional(),
})
export type Assignment = z.infer<typeof Assignment>

export const Chat = z.object({
  jid: z.string(),
  aliases: z.array(z.string()),
  name: z.string().nullable(),
  type: z.enum(['direct', 'group', 'other']),
  is_manual: z.boolean(),
  last_message_time: Instant.nullable(),
  last_message: z.object({ text: z.string().nullable(), kind: z.string(), from_me: z.boolean() }).nullable(),
  last_synced: Instant.nullable(),
  added_at: Instant.nullable(),
  message_count: z.number().int(),
  members: z.number().int().nullable(),
  bots: z.array(Assignment),
})
export type Chat = z.infer<typeof Chat>

/** Some of the chats that a question finds, and how many there are of them: of one moment, so that the two never disagree. */
export const ChatPage = z.object({ total: z.number().int(), chats: z.array(Chat) })
export type ChatPage = z.infer<typeof ChatPage>

export const ChatFilter = z.object({
  /** Part of a name, phone number, LID or JID. */
  query: z.string().max(200).optional(),
  type: z.enum(['all', 'direct', 'group']).default('all'),
  /** active: 24 hours; recent: 7 days; idle: longer ago or never. */
  activity: z.enum(['all', 'active', 'recent', 'idle']).default('all'),
  /** with: a bot is on; without: none is; a bot's name: that one is on. */
  bots: z.string().max(64).default('all'),
  sort: z.enum(['last_message_time', 'chat_name', 'message_count', 'added_at']).default('last_message_time'),
  order: z.enum(['asc', 'desc']).optional(),
})
export type ChatFilter = z.infer<typeof ChatFilter>

export const Message = z.object({
  id: z.number().int(),
  message_id: z.string(),
  chat_jid: z.string(),
  sender_jid: z.string().nullable(),
  /** The push name, else the name of the chat with this person. */
  sender_name: z.string().nullable(),
  /** The phone JID behind a LID, where it is known. */
  sender_phone: z.string().nullable().optional(),
  from_me: z.boolean(),
  sent_at: Instant,
  kind: z.string(),
  text: z.string().nullable(),
  quoted_id: z.string().nullable(),
  media: z
    .object({ mimetype: z.string().optional(), bytes: z.number().optional(), seconds: z.number().optional() })
    .nullable(),
  /** For what we sent: the outbox's state, and the bot that said it. */
  delivery: z.enum(['pending', 'sent', 'acked', 'refused', 'expired', 'cancelled']).nullable(),
  bot: z.string().nullable(),
})
export type Message = z.infer<typeof Message>

const Bulk = z.object({
  jids: z.array(Jid).min(1).max(200),
  action: z.enum(['enable', 'disable', 'delete']),
  bot: z.string().max(64).optional(),
})

export const chats = {
  list: procedure
    .route({ method: 'GET', path: '/chats', tags: ['chats'] })
    .input(
      ChatFilter.extend({ limit: Limit(500, 100), offset: z.coerce.number().int().min(0).default(0) })
        .partial()
        .optional(),
    )
    .output(ChatPage),
  get: procedure
    .route({ method: 'GET', path: '/chats/{jid}', tags: ['chats'] })
    .input(z.object({ jid: Jid }))
    .output(Chat),
  add: procedure
    .route({ method: 'POST', path: '/chats', tags: ['chats'], successStatus: 201 })
    .input(
      z.object({ jid: Jid.optional(), phone: z.string().max(32).optional(), name: z.string().max(200).optional() }),
    )
    .output(Chat),
  sync: procedure
    .route({ method: 'POST', path: '/chats/sync', tags: ['chats'] })
    .output(z.object({ groups: z.number().int(), chats: z.number().int() })),
  remove: procedure
    .route({
      method: 'DELETE',
      path: '/chats/{jid}',
      tags: ['chats'],
      summary: 'Delete a chat with its history and bots',
    })
    .input(z.object({ jid: Jid }))
    .output(z.object({ messages: z.number().int() })),
  bulk: procedure
    .route({ method: 'POST', path: '/chats/bulk', tags: ['chats'] })
    .input(Bulk)
    .output(
      z.object({ changed: z.number().int(), failed: z.array(z.object({ jid: z.string(), message: z.string() })) }),
    ),
  setBot: procedure
    .route({ method: 'PUT', path: '/chats/{jid}/bots/{bot}', tags: ['chats'] })
    .input(
      z.object({
        jid: Jid,
        bot: z.string().min(1).max(64),
        enabled: z.boolean().optional(),
        answer_owner_messages: z.boolean().optional(),
        context_message_count: z.number().int().min(0).max(50).optional(),
        response_chat_jid: Jid.nullable().optional(),
      }),
    )
    .output(Assignment),
  removeBot: procedure
    .route({ method: 'DELETE', path: '/chats/{jid}/bots/{bot}', tags: ['chats'] })
    .input(z.object({ jid: Jid, bot: z.string().max(64) }))
    .output(z.object({ removed: z.boolean() })),
  messages: procedure
    .route({
      method: 'GET',
      path: '/chats/{jid}/messages',
      tags: ['chats'],
      summary: 'A stretch of history, oldest first',
    })
    .input(
      z.object({
        jid: Jid,
        limit: Limit(500, 50),
        /** Ids as in `Message.id`. Without any: the newest. */
        before: z.coerce.number().int().optional(),
        after: z.coerce.number().int().optional(),
        around: z.coerce.number().int().optional(),
        /** The stretch that begins with the first message at or after this time (jump to date). */
        from: z.coerce.number().int().optional(),
      }),
    )
    .output(z.array(Message)),
  search: procedure
    .route({ method: 'GET', path: '/chats/{jid}/search', tags: ['chats'] })
    .input(z.object({ jid: Jid, query: z.string().min(1).max(200), limit: Limit(200, 50) }))
    .output(z.array(Message)),
  switchOnImported: procedure
    .route({
      method: 'POST',
      path: '/chats/switch-on-imported',
      tags: ['chats'],
      summary: 'Switch on what was on in the imported file',
    })
    .output(z.object({ changed: z.number().int() })),
}
