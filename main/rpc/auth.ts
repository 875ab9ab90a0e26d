import type { RpcContext } from './context.ts'
import { notFound, procedures, unavailable } from './procedures.ts'

/** The answer to a caller who signs out has to reach it. */
const OWN_GRACE_MS = 250

function devicesOf({ devices }: RpcContext) {
  if (!devices) throw unavailable('sign-in', 'The desktop program has no sign-in: whoever sits before it is its user.')
  return devices
}

export const auth = procedures.auth.router({
  sessions: procedures.auth.sessions.handler(({ context }) => devicesOf(context).list(context.caller.session)),
  endSession: procedures.auth.endSession.handler(({ context, input: { id } }) => {
    const own = id === context.caller.session
    if (!devicesOf(context).end(id, own ? OWN_GRACE_MS : 0)) {
      throw notFound('sign-in', id, 'No browser is signed in under this id any more. Reload the list.')
    }
    return { ended: true }
  }),
  endSessions: procedures.auth.endSessions.handler(({ context, input }) => {
    const { session } = context.caller
    const devices = devicesOf(context)
    const ended = devices.endAll({ except: session })
    if (input?.others_only || session === undefined) return { ended }
    return { ended: ended + Number(devices.end(session, OWN_GRACE_MS)) }
  }),
})
