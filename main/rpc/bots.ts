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
  tryOut: own.tryOut.handler(async ({ context: { program }, input, signal }) => {
    const bot = program.data().catalogue.spec(input.bot)
    const ended = signal ?? AbortSignal.timeout(120_000)
    const start = performance.now()
    const answer = await bot.answer({
      text: input.text,
      context: [],
      senderName: null,
      signal: ended,
      ask: (prompt) => program.model.complete(prompt, ended),
    })
    return { answer: answer?.trim() || null, milliseconds: Math.round(performance.now() - start) }
  }),
})
