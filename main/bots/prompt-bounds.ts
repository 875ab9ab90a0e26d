import { shortened } from '../text/one-line.ts'
import type { Prompt, Turn } from './spec.ts'

/** In UTF-16 units. */
export interface PromptBounds {
  /** The longest that one message may be. */
  message: number
  /** All that was said before, together. */
  context: number
}

/** The prompt with what is too long cut, visibly. Of what was said before the newest stays. */
export function boundPrompt(prompt: Prompt, bounds: PromptBounds): Prompt {
  const turns: Turn[] = []
  let room = bounds.context
  for (const [index, { role, text }] of [...prompt.turns.entries()].reverse()) {
    const isQuestion = index === prompt.turns.length - 1
    const length = isQuestion ? bounds.message : Math.min(bounds.message, room)
    if (length <= 0) break
    turns.unshift({ role, text: shortened(text, length) })
    if (!isQuestion) room -= Math.min(text.length, length)
  }
  return { system: prompt.system, turns }
}

export const sizeOf = ({ system, turns }: Prompt): number =>
  turns.reduce((sum, { text }) => sum + text.length, system.length)
