import * as z from 'zod'
import { FINDING_KEYS } from './codes.ts'
import { Instant, procedure } from './common.ts'

export const Finding = z.object({
  code: z.string(),
  /** Which sentence it is, with what fills its places: see codes.ts. */
  key: z.enum(FINDING_KEYS).optional(),
  values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  level: z.enum(['ok', 'info', 'warning', 'error']),
  /** What is, to which thing. */
  title: z.string(),
  cause: z.string().nullable(),
  /** What to do now. */
  way_out: z.string().nullable(),
  /** `doctor --fix` can do it safely. */
  repairable: z.boolean(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})
export type Finding = z.infer<typeof Finding>

export const Usage = z.object({
  database: z.number(),
  wal: z.number(),
  session: z.number(),
  media: z.number(),
  backups: z.number(),
  logs: z.number(),
  free: z.number(),
  total: z.number(),
  growth_per_day: z.number().nullable(),
  full_at: Instant.nullable(),
})
export type Usage = z.infer<typeof Usage>

export const health = {
  live: procedure.route({ method: 'GET', path: '/health', tags: ['health'] }).output(
    z.object({
      status: z.enum(['ok', 'degraded']),
      version: z.string(),
      state: z.string(),
      /** Only where the disk of the data directory can only be read: nothing new can be kept. */
      read_only: z.literal(true).optional(),
    }),
  ),
  report: procedure
    .route({ method: 'GET', path: '/health/report', tags: ['health'] })
    .output(z.object({ at: Instant, findings: z.array(Finding), usage: Usage })),
  repair: procedure
    .route({ method: 'POST', path: '/health/repair', tags: ['health'] })
    .output(z.object({ repaired: z.array(z.string()), findings: z.array(Finding) })),
}

export const data = {
  vacuum: procedure
    .route({ method: 'POST', path: '/data/vacuum', tags: ['data'] })
    .output(z.object({ before: z.number(), after: z.number() })),
  applyRetention: procedure
    .route({
      method: 'POST',
      path: '/data/retention',
      tags: ['data'],
      summary: 'Forget message texts older than the setting',
    })
    .output(z.object({ messages: z.number().int() })),
  reset: procedure
    .route({ method: 'POST', path: '/data/reset', tags: ['data'] })
    .input(z.object({ confirmation: z.string() }))
    .output(z.object({ safety_backup: z.string() })),
}
