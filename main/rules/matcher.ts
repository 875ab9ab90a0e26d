import { RE2JS } from 're2js'
import type { ReplyRule } from '../../preload/contract/bots.ts'

/** What a rule looks for. */
export type RulePattern = Pick<ReplyRule, 'match' | 'pattern' | 'case_sensitive'>

/** Characters of a message that rules look at: enough for any message that a person typed. It bounds what a hostile one can cost. */
export const LONGEST_TEXT = 10_000

/**
 * Steps of RE2 that all rules together may take for one message: instructions of a pattern times characters of the text. A step takes 30 to 330 ns.
 * Two hundred ordinary rules take 40,000 for a message of ten words.
 */
const MOST_STEPS = 3_000_000

/** Instructions of all patterns together: about 200 MB, compiled in a second. An ordinary pattern has less than a hundred. */
const MOST_INSTRUCTIONS = 400_000

interface Compiled {
  /** Instructions that each character of a text may cost. */
  readonly size: number
  matches(text: HeardText): boolean
}

/** A message, folded at most once for all rules. */
interface HeardText {
  readonly typed: string
  readonly exact: string
  readonly folded: string
}

/** The rules cost more than one message may. `rule` counts from 1; undefined where it is not known which one. */
export class RuleCostError extends Error {
  override readonly name = 'RuleCostError'
  readonly code = 'rules-too-costly'
  readonly rule: number | undefined
  constructor(rule?: number) {
    const which = rule === undefined ? 'The rules' : `Rule ${rule}`
    super(`${which} of the auto-reply would take too long on this message. Make the patterns simpler.`)
    this.rule = rule
  }
}

/** Finds the first rule that matches. A pattern is compiled when a message first needs it; a rule that cannot be compiled matches nothing. */
export function createMatcher(rules: readonly RulePattern[]) {
  const compiled = new Map<number, Compiled | undefined>()
  let instructions = 0
  const at = (index: number, rule: RulePattern): Compiled | undefined => {
    if (compiled.has(index)) return compiled.get(index)
    // Rules of a restored file were never checked.
    if (instructions > MOST_INSTRUCTIONS) throw new RuleCostError(index + 1)
    const one = compiledOrNone(rule)
    compiled.set(index, one)
    instructions += one?.size ?? 0
    return one
  }
  return {
    /** The rule's index from 0; null: none matches. @throws RuleCostError */
    find(text: string): number | null {
      const heard = hear(text)
      let steps = 0
      for (const [index, rule] of rules.entries()) {
        const pattern = at(index, rule)
        if (!pattern) continue
        steps += pattern.size * heard.typed.length
        if (steps > MOST_STEPS) throw new RuleCostError(index + 1)
        if (pattern.matches(heard)) return index
      }
      return null
    },
  }
}
export type Matcher = ReturnType<typeof createMatcher>

/** What is wrong with a list of rules, in words for their author; undefined: nothing. */
export function problemOfRules(rules: readonly RulePattern[]): string | undefined {
  let instructions = 0
  for (const [index, rule] of rules.entries()) {
    if (rule.pattern.trim() === '') return `Rule ${index + 1} has an empty pattern. Write what it should look for.`
    try {
      instructions += compile(rule).size
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error)
      return `The pattern of rule ${index + 1} cannot be used: ${cause}. Look-around and back-references are not supported.`
    }
    if (instructions > MOST_INSTRUCTIONS)
      return `The patterns up to rule ${index + 1} are too large together. Use fewer nested repetitions, such as (a{1,100}){1,100}.`
  }
  return undefined
}

function hear(text: string): HeardText {
  const typed = text.slice(0, LONGEST_TEXT).trim()
  return { typed, exact: typed.normalize('NFC'), folded: fold(typed) }
}
const fold = (text: string) => text.toLowerCase().normalize('NFC')

function compiledOrNone(rule: RulePattern): Compiled | undefined {
  if (rule.pattern.trim() === '') return undefined
  try {
    return compile(rule)
  } catch {
    return undefined // It came in a restored file. The editor names it when the rules are saved.
  }
}

/** Throws where the pattern of a regex rule cannot be used. */
function compile(rule: RulePattern): Compiled {
  if (rule.match === 'regex') {
    // RE2 runs in time linear to the text: no pattern can hang the bot, as a backtracking engine can.
    const pattern = RE2JS.compile(rule.pattern, rule.case_sensitive ? 0 : RE2JS.CASE_INSENSITIVE)
    return { size: pattern.programSize(), matches: ({ typed }) => pattern.matcher(typed).find() }
  }
  const wanted = rule.pattern.trim()
  const pattern = rule.case_sensitive ? wanted.normalize('NFC') : fold(wanted)
  const of = (heard: HeardText) => (rule.case_sensitive ? heard.exact : heard.folded)
  switch (rule.match) {
    case 'equals':
      return { size: 1, matches: (heard) => of(heard) === pattern }
    case 'contains':
      return { size: 1, matches: (heard) => of(heard).includes(pattern) }
    case 'starts_with':
      return { size: 1, matches: (heard) => of(heard).startsWith(pattern) }
  }
}
