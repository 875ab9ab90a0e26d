import { procedures } from './procedures.ts'

export const audit = procedures.audit.router({
  list: procedures.audit.list.handler(({ context, input }) =>
    context.program.audit.list({ limit: input?.limit ?? 200, action: input?.action }),
  ),
})
