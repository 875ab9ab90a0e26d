import * as z from 'zod'
import { Instant, procedure } from './common.ts'

/**
 * unlinked: no account; connect() starts pairing. pairing: a QR or code waits for the phone. connecting, catching-up: on the way.
 * open: messages flow. waiting: lost, tries again at retryAt. closed: stopped until the user acts, `problem` says why.
 */
export const SessionState = z.enum(['unlinked', 'pairing', 'connecting', 'catching-up', 'open', 'waiting', 'closed'])
export type SessionState = z.infer<typeof SessionState>

export const SessionProblem = z.object({
  code: z.enum([
    'logged-out',
    'replaced',
    'banned',
    'multi-device-mismatch',
    'client-too-old',
    'pairing-timed-out',
    'passkey-required',
    'pairing-refused',
    'reachout-timelock',
    'storage-failed',
    'database-replaced',
    'network',
    'server',
    'emulator-mismatch',
  ]),
  message: z.string(),
})
export const Session = z.object({
  state: SessionState,
  /** The raw string that a phone scans; while pairing by QR only. */
  qr: z.string().optional(),
  qrExpiresAt: Instant.optional(),
  /** The code that the user types on the phone; while pairing by code only. */
  pairingCode: z.string().optional(),
  /** The server asked for a fresh code (companion_reg_refresh): scan again. */
  codeRefreshed: z.boolean().optional(),
  me: z.object({ jid: z.string(), lid: z.string().optional(), name: z.string().optional() }).optional(),
  problem: SessionProblem.optional(),
  since: Instant,
  retryAt: Instant.optional(),
  /** 0 to 100 while the phone sends history. */
  historyProgress: z.number().min(0).max(100).optional(),
  /** True where the server is an emulator on this machine, never the real WhatsApp. */
  emulator: z.boolean(),
  /** Bots answer nothing while set; null in `until`: until resumed by hand. */
  paused: z
    .object({ until: Instant.nullable(), reason: z.enum(['user', 'restore', 'timelock', 'suspend']) })
    .optional(),
})
export type Session = z.infer<typeof Session>

export const session = {
  get: procedure.route({ method: 'GET', path: '/session', tags: ['session'] }).output(Session),
  connect: procedure
    .route({ method: 'POST', path: '/session/connect', tags: ['session'], summary: 'Connect, or show a new QR code' })
    .output(Session),
  pairingCode: procedure
    .route({ method: 'POST', path: '/session/pairing-code', tags: ['session'] })
    .input(
      z.object({
        phone: z
          .string()
          .regex(/^\+?[\d\s().-]{6,24}$/, 'Give the number with its country code, for example +55 11 99999 0001.'),
      }),
    )
    .output(z.object({ code: z.string() })),
  disconnect: procedure.route({ method: 'POST', path: '/session/disconnect', tags: ['session'] }).output(Session),
  logout: procedure
    .route({
      method: 'POST',
      path: '/session/logout',
      tags: ['session'],
      summary: 'Unlink this device; chats and history stay',
    })
    .output(Session),
  pause: procedure
    .route({ method: 'POST', path: '/session/pause', tags: ['session'], summary: 'Pause all bots' })
    .input(
      z
        .object({
          minutes: z
            .number()
            .positive()
            .max(60 * 24 * 365)
            .optional(),
        })
        .optional(),
    )
    .output(Session),
  resume: procedure.route({ method: 'POST', path: '/session/resume', tags: ['session'] }).output(Session),
}
