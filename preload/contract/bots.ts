import * as z from 'zod'
import { Instant, procedure } from './common.ts'

/** One line of the auto-reply bot; the first rule that matches answers. */
export const ReplyRule = z.object({
  match: z.enum(['equals', 'contains', 'starts_with', 'regex']),
  pattern: z.string().min(1).max(500),
  answer: z.string().min(1).max(4000),
  case_sensitive: z.boolean().default(false),
})
export type ReplyRule = z.infer<typeof ReplyRule>

export const Bot = z.object({
  name: z.string(),
  label: z.string(),
  prefix: z.string(),
  description: z.string(),
  /** From the catalogue, or the user's own. */
  origin: z.enum(['catalogue', 'own']),
  needs_model: z.boolean(),
  handles: z.array(z.enum(['text', 'image', 'audio', 'video'])),
  system_prompt: z.string().nullable(),
  rules: z.array(ReplyRule).nullable(),
  chats_on: z.number().int(),
  chats_assigned: z.number().int(),
  last_answer_at: Instant.nullable(),
})
export type Bot = z.infer<typeof Bot>

export const OwnBot = z.object({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{1,40}$/, 'A name has small letters, digits and underscores, and begins with a letter.'),
  label: z.string().min(1).max(60),
  prefix: z
    .string()
    .regex(/^[\p{L}\p{N}_-]{1,16}$/u, 'A prefix is one word of at most 16 letters, without the brackets.'),
  description: z.string().max(300).default(''),
  system_prompt: z.string().min(1).max(8000),
})
export type OwnBot = z.infer<typeof OwnBot>

export const bots = {
  list: procedure.route({ method: 'GET', path: '/bots', tags: ['bots'] }).output(z.array(Bot)),
  get: procedure
    .route({ method: 'GET', path: '/bots/{bot}', tags: ['bots'] })
    .input(z.object({ bot: z.string() }))
    .output(Bot),
  chats: procedure
    .route({ method: 'GET', path: '/bots/{bot}/chats', tags: ['bots'] })
    .input(z.object({ bot: z.string() }))
    .output(z.array(z.object({ jid: z.string(), name: z.string().nullable(), enabled: z.boolean() }))),
  setRules: procedure
    .route({ method: 'PUT', path: '/bots/{bot}/rules', tags: ['bots'] })
    .input(z.object({ bot: z.string(), rules: z.array(ReplyRule).max(200) }))
    .output(Bot),
  save: procedure
    .route({ method: 'PUT', path: '/bots/own/{name}', tags: ['bots'] })
    .input(OwnBot)
    .output(Bot),
  remove: procedure
    .route({ method: 'DELETE', path: '/bots/own/{name}', tags: ['bots'] })
    .input(z.object({ name: z.string() }))
    .output(z.object({ removed: z.boolean() })),
  /** What a bot would say to a text, without sending anything. */
  tryOut: procedure
    .route({ method: 'POST', path: '/bots/{bot}/try', tags: ['bots'] })
    .input(z.object({ bot: z.string(), text: z.string().min(1).max(8000) }))
    .output(z.object({ answer: z.string().nullable(), milliseconds: z.number() })),
}
