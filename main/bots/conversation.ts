import type { Said } from '../store/conversation.ts'
import { saidBy } from '../text/speaker.ts'
import { prefixOf } from './prefix.ts'
import type { Turn } from './spec.ts'

/**
 * What was said, as a model reads it: people are users, this bot is the assistant, other bots are left out. In groups the speaker's
 * name stands before the words. At most `limit` turns, the newest.
 */
export function asTurns(said: readonly Said[], bot: { prefix: string }, limit: number, group: boolean): Turn[] {
  const turns: Turn[] = []
  for (const { fromMe, senderName, text, answer } of said) {
    const prefix = prefixOf(text)
    if (prefix === undefined) {
      turns.push({ role: 'user', text: group && !fromMe ? saidBy(senderName, text) : text })
    } else if (fromMe && prefix === bot.prefix.toLowerCase()) {
      turns.push({ role: 'assistant', text: unsigned(text) })
    }
    if (answer.length > 0) turns.push({ role: 'assistant', text: answer.map(unsigned).join(' ') })
  }
  return turns.slice(-limit)
}

/** Without the prefix and the `i/n` that the splitter put before it. */
function unsigned(text: string): string {
  return text.slice(text.indexOf(']') + 1).replace(/^\s*(?:\d{1,3}\/\d{1,3}\s)?/, '')
}
