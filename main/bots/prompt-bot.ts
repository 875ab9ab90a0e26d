import type { BotSpec } from './spec.ts'

/** A bot that is nothing but its instructions to the model: most of the catalogue, and every bot of the user's own. */
export function createPromptBot(
  bot: Pick<BotSpec, 'name' | 'label' | 'prefix' | 'description' | 'origin'> & { systemPrompt: string },
): BotSpec {
  return {
    ...bot,
    needsModel: true,
    handles: ['text'],
    async answer({ text, context, ask }) {
      const answer = await ask({ system: bot.systemPrompt, turns: [...context, { role: 'user', text }] })
      return withoutOwnPrefix(answer, bot.prefix).trim() || null
    },
  }
}

/** A model that saw its earlier answers in the history may sign for itself; the pipeline signs already. */
function withoutOwnPrefix(answer: string, prefix: string): string {
  const trimmed = answer.trimStart()
  const sign = `[${prefix}]`
  return trimmed.toLowerCase().startsWith(sign.toLowerCase()) ? trimmed.slice(sign.length) : answer
}
