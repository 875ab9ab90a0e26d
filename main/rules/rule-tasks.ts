import type { TaskHandler } from '../tasks/handlers.ts'
import { createMatcher, type Matcher, problemOfRules, RuleCostError, type RulePattern } from './matcher.ts'

export interface RuleMatchInput {
  rules: readonly RulePattern[]
  text: string
}
/** `found`: the rule's index from 0, null where none matches. `costly`: the rule, from 1, with which the message would take too long. */
export type RuleMatchOutput = { found: number | null } | { costly: number | undefined }

/** The process stays: the next message mostly meets the same rules. */
let last: { key: string; matcher: Matcher } | undefined

function matcherOf(rules: readonly RulePattern[]): Matcher {
  const key = JSON.stringify(rules)
  if (last?.key !== key) last = { key, matcher: createMatcher(rules) }
  return last.matcher
}

export const matchRulesTask: TaskHandler<'rules.match'> = async ({ rules, text }) => {
  try {
    return { found: matcherOf(rules).find(text) }
  } catch (error) {
    if (error instanceof RuleCostError) return { costly: error.rule }
    throw error
  }
}

export const checkRulesTask: TaskHandler<'rules.check'> = async ({ rules }) => ({
  problem: problemOfRules(rules) ?? null,
})
