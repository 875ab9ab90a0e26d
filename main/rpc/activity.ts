import { requireChat } from './chat-view.ts'
import { notFound, procedures } from './procedures.ts'
import type { OpenData } from './program.ts'

const own = procedures.activity

export const activity = own.router({
  list: own.list.handler(({ context, input }) =>
    context.program.data().activity.list({ ...input, limit: input?.limit ?? 100 }),
  ),
  earlier: own.earlier.handler(({ context, input: { jid, limit, ...asked } = {}, signal }) => {
    const data = context.program.data()
    const chatId = jid === undefined ? undefined : requireChat(data, jid).id
    return data.store.earlier.list({ ...asked, chatId, limit: limit ?? 50 }, signal)
  }),
  trace: own.trace.handler(({ context, input }) => traceOf(context.program.data(), input.id)),
  retry: own.retry.handler(({ context, input }) => {
    const data = context.program.data()
    data.retry(input.id)
    return traceOf(data, input.id).activity
  }),
  stats: own.stats.handler(async ({ context, input }) => {
    const { activity } = context.program.data()
    const inbound = input?.inbound === 'skip' ? [] : await activity.inbound()
    return { ...activity.stats(input?.days ?? 7), inbound }
  }),
})

function traceOf(data: OpenData, id: number) {
  const trace = data.activity.trace(id)
  if (!trace) throw notFound('activity', String(id), 'This entry is not there any more. Reload the list.')
  return trace
}
