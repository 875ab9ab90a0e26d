import { procedures } from './procedures.ts'

const own = procedures.bots

export const bots = own.router({
  list: own.list.handler(({ context }) => context.program.data().catalogue.list()),
  get: own.get.handler(({ context, input }) => context.program.data().catalogue.get(input.bot)),
  chats: own.chats.handler(({ context, input }) => context.program.data().catalogue.chats(input.bot)),
  setRules: own.setRules.handler(({ context, input }) =>
    context.program.data().catalogue.setRules(input.bot, input.rules),
  ),
  save: own.save.handler(({ context, input }) => context.program.data().catalogue.save(input)),
  remove: own.remove.handler(({ context, input }) => ({
    removed: context.program.data().catalogue.remove(input.name),
  })),
  tryOut: own.tryOut.handler(({ context, input, signal }) =>
    context.program.data().tryOut(input.bot, input.text, signal),
  ),
})
