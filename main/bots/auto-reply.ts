import type { ReplyRule } from '../../preload/contract/bots.ts'
import type { RuleMatching } from '../rules/rule-matching.ts'
import type { BotSpec } from './spec.ts'

/** Fixed answers to keywords. The first rule that matches answers; without one the bot is silent. */
export function createAutoReply(rules: readonly ReplyRule[], matching: Pick<RuleMatching, 'find'>): BotSpec {
  return {
    name: 'auto_reply',
    label: 'Auto-reply',
    prefix: 'auto',
    description: 'Answers keywords with fixed texts that you write. Needs no model.',
    origin: 'catalogue',
    needsModel: false,
    handles: ['text'],
    systemPrompt: null,
    async answer({ text, signal }) {
      const found = await matching.find(rules, text, signal)
      return found === null ? null : (rules[found]?.answer ?? null)
    },
  }
}
