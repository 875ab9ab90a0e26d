import * as z from 'zod'
import { Instant, procedure } from './common.ts'

/** A browser that is signed in to the page of the headless host. */
export const SignedIn = z.object({
  id: z.uuid(),
  /** `Firefox on Linux`; `browser` and `system` are its parts, as far as they are known. */
  device: z.string(),
  browser: z.string().nullable(),
  system: z.string().nullable(),
  /** Where it was last used from. */
  address: z.string().nullable(),
  created_at: Instant,
  /** To the minute. */
  last_used_at: Instant,
  /** When it ends by itself, if it is not used until then. */
  expires_at: Instant,
  /** The one that asks. */
  current: z.boolean(),
})
export type SignedIn = z.infer<typeof SignedIn>

/** Who is signed in to the page. The desktop program has no sign-in and answers UNAVAILABLE. */
export const auth = {
  sessions: procedure
    .route({ method: 'GET', path: '/auth/sessions', tags: ['auth'], summary: 'Signed-in browsers, last used first' })
    .output(z.array(SignedIn)),
  endSession: procedure
    .route({ method: 'DELETE', path: '/auth/sessions/{id}', tags: ['auth'], summary: 'Sign one browser out, at once' })
    .input(z.object({ id: z.uuid() }))
    .output(z.object({ ended: z.boolean() })),
  endSessions: procedure
    .route({ method: 'DELETE', path: '/auth/sessions', tags: ['auth'], summary: 'Sign all browsers out, at once' })
    .input(z.object({ others_only: z.boolean().default(false) }).optional())
    .output(z.object({ ended: z.number().int() })),
}
