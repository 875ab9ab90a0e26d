import { implement, ORPCError } from '@orpc/server'
import { contract } from '../../preload/contract/index.ts'
import { nestsTooDeep } from '../config/depth.ts'
import { audited } from './audited.ts'
import type { RpcContext } from './context.ts'
import { asContractError } from './failure.ts'

/** The contract, ready to be implemented: every procedure's errors pass through one place. */
export const procedures = implement(contract)
  .$context<RpcContext>()
  .use(({ context, path, next }, input) =>
    audited({ path, input, context }, async () => {
      try {
        // Before it is validated: what nests without end must not meet code that calls itself.
        if (nestsTooDeep(input))
          throw invalid('input', 'This is nested deeper than anything that fits. Nothing was changed.')
        return await next()
      } catch (error) {
        throw asContractError(error, context.program.log)
      }
    }),
  )

export const notFound = (what: string, id: string, message: string) =>
  new ORPCError('NOT_FOUND', { defined: true, status: 404, message, data: { what, id } })
export const invalid = (what: string, message: string) =>
  new ORPCError('INVALID', { defined: true, status: 422, message, data: { what } })
export const conflict = (what: string, message: string) =>
  new ORPCError('CONFLICT', { defined: true, status: 409, message, data: { what } })
export const unavailable = (what: string, message: string) =>
  new ORPCError('UNAVAILABLE', { defined: true, status: 503, message, data: { what } })
