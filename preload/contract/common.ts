import { oc } from '@orpc/contract'
import * as z from 'zod'

/** Servers that a JID may name. Broadcast and newsletter chats are listed, never answered. */
const SERVERS = ['s.whatsapp.net', 'c.us', 'g.us', 'lid', 'broadcast', 'newsletter'] as const

/** A chat's address in any of its forms (phone number, LID, group); 200 characters at most. */
export const Jid = z
  .string()
  .max(200)
  .regex(/^[^@\s/\\]+@[a-z.]+$/, 'An address looks like 5511999990001@s.whatsapp.net.')
  .refine(
    (jid) => SERVERS.some((server) => jid.endsWith(`@${server}`)),
    'WhatsApp has no such address. One looks like 5511999990001@s.whatsapp.net.',
  )

/** Milliseconds since 1970. */
export const Instant = z.number().int().nonnegative()
export const Limit = (max: number, fallback: number) => z.coerce.number().int().min(1).max(max).default(fallback)

/** Every expected failure: `code` says which, `message` what happened, to what, and what to do now. */
export const errors = {
  NOT_FOUND: { status: 404, data: z.object({ what: z.string(), id: z.string() }) },
  INVALID: { status: 422, data: z.object({ what: z.string() }) },
  CONFLICT: { status: 409, data: z.object({ what: z.string() }) },
  NOT_CONNECTED: { status: 409, data: z.object({ state: z.string() }) },
  REFUSED: { status: 422, data: z.object({ reason: z.string() }) },
  NO_SPACE: { status: 507, data: z.object({ needed: z.number(), free: z.number() }) },
  CANCELLED: { status: 499, data: z.object({ what: z.string() }) },
  UNAVAILABLE: { status: 503, data: z.object({ what: z.string() }) },
  FAILED: { status: 500, data: z.object({ what: z.string() }) },
} as const
export type ErrorCode = keyof typeof errors

export const procedure = oc.errors(errors)
