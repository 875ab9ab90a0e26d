import { procedures } from './procedures.ts'

const own = procedures.activity

export const activity = own.router({
  list: own.list.handler(({ context, input }) =>
    context.program.data().activity.list({ ...input, limit: input?.limit ?? 100 }),
  ),
  trace: own.trace.handler(({ context, input }) => context.program.data().activity.trace(input.id)),
  retry: own.retry.handler(({ context, input }) => {
    const data = context.program.data()
    data.retry(input.id)
    return data.activity.trace(input.id).activity
  }),
  stats: own.stats.handler(({ context, input }) => context.program.data().activity.stats(input?.days ?? 7)),
})
