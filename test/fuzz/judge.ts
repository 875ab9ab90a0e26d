import * as z from 'zod'
import type { Procedure } from './procedures.ts'

const Failure = z.object({ code: z.string(), status: z.number(), defined: z.literal(true) })
/** The machine's own trouble, which a procedure may report where it defines it: no space, not now. */
const HONEST = new Set([503, 507])

/** What is wrong with an answer, in words; undefined: a success, or a failure that the contract knows. */
export function faultOf({ name, errors }: Procedure, answer: { status: number; body: unknown }): string | undefined {
  const { status, body } = answer
  if (status >= 200 && status < 500) return undefined
  const told = Failure.safeParse(inner(body))
  if (told.success && HONEST.has(status) && errors[told.data.code] === status) return undefined
  return `${name} answered ${status}: ${JSON.stringify(inner(body))?.slice(0, 200)}`
}

/** oRPC's own protocol wraps what REST sends as it is. */
const inner = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'json' in body ? body.json : body
