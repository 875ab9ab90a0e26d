import { RE2JS } from 're2js'
import type { ReplyRule } from '../../preload/contract/bots.ts'
import type { BotSpec } from './spec.ts'

/** Enough for any message that somebody typed; it bounds what a hostile one can cost. */
const LONGEST_TEXT = 10_000

/**
 * Steps of RE2 that all rules together may take for one message: instructions of a pattern times characters of the text. A step takes 30 to 330 ns,
 * so that the main thread is held for a fraction of a second at most. Two hundred ordinary rules take 40,000 for a message of ten words.
 */
const MOST_STEPS = 3_000_000

interface Matcher {
  /** Instructions that each character of a text may cost. */
  readonly size: number
  matches(text: string): boolean
}

/** The rules cost more than one message may. `rule` counts from 1. */
export class RuleCostError extends Error {
  override readonly name = 'RuleCostError'
  readonly code = 'rules-too-costly'
  readonly rule: number
  constructor(rule: number) {
    super(`Rule ${rule} of the auto-reply would take too long on this message. Make its pattern simpler.`)
    this.rule = rule
  }
}

/** Fixed answers to keywords. The first rule that matches answers; without one the bot is silent. */
export function createAutoReply(rules: readonly ReplyRule[]): BotSpec {
  const compiled = rules.map((rule) => ({ answer: rule.answer, ...compile(rule) }))
  return {
    name: 'auto_reply',
    label: 'Auto-reply',
    prefix: 'auto',
    description: 'Answers keywords with fixed texts that you write. Needs no model.',
    origin: 'catalogue',
    needsModel: false,
    handles: ['text'],
    systemPrompt: null,
    answer({ text }) {
      const heard = text.slice(0, LONGEST_TEXT).trim()
      let steps = 0
      for (const [index, { size, matches, answer }] of compiled.entries()) {
        steps += size * heard.length
        if (steps > MOST_STEPS) throw new RuleCostError(index + 1)
        if (matches(heard)) return answer
      }
      return null
    },
  }
}

/** Throws where the pattern of a regex rule cannot be used. */
function compile(rule: ReplyRule): Matcher {
  if (rule.match === 'regex') {
    // RE2 runs in time linear to the text: no pattern can hang the bot, as a backtracking engine can.
    const pattern = RE2JS.compile(rule.pattern, rule.case_sensitive ? 0 : RE2JS.CASE_INSENSITIVE)
    return { size: pattern.programSize(), matches: (text) => pattern.matcher(text).find() }
  }
  const fold = (text: string) => (rule.case_sensitive ? text : text.toLowerCase()).normalize('NFC')
  const pattern = fold(rule.pattern.trim())
  switch (rule.match) {
    case 'equals':
      return { size: 1, matches: (text) => fold(text) === pattern }
    case 'contains':
      return { size: 1, matches: (text) => fold(text).includes(pattern) }
    case 'starts_with':
      return { size: 1, matches: (text) => fold(text).startsWith(pattern) }
  }
}

/** What is wrong with a list of rules, for whoever wrote it; undefined: nothing. */
export function problemOfRules(rules: readonly ReplyRule[]): string | undefined {
  for (const [index, rule] of rules.entries()) {
    if (rule.pattern.trim() === '') return `Rule ${index + 1} has an empty pattern. Write what it should look for.`
    try {
      compile(rule)
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error)
      return `The pattern of rule ${index + 1} cannot be used: ${cause}. Look-around and back-references are not supported.`
    }
  }
  return undefined
}
