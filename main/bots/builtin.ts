import { createPromptBot } from './prompt-bot.ts'
import { HEALTH_COACH, JOKE, TRANSLATION, TRILINGUAL } from './prompts.ts'
import type { BotSpec } from './spec.ts'

/** The bots that come with the program, auto_reply apart: it depends on the user's rules. */
export function builtinBots(): BotSpec[] {
  return [
    createPromptBot({
      name: 'translation',
      label: 'Translation',
      prefix: 'ai',
      description: 'Translates between English and Portuguese, either way.',
      origin: 'catalogue',
      systemPrompt: TRANSLATION,
    }),
    createPromptBot({
      name: 'trilingual_en_pt_el',
      label: 'Trilingual',
      prefix: 'tri',
      description: 'Translates among English, Portuguese and Greek.',
      origin: 'catalogue',
      systemPrompt: TRILINGUAL,
    }),
    createPromptBot({
      name: 'joke',
      label: 'Joke',
      prefix: 'joke',
      description: 'Answers with a short joke about what was said.',
      origin: 'catalogue',
      systemPrompt: JOKE,
    }),
    createPromptBot({
      name: 'health_coach',
      label: 'Health coach',
      prefix: 'health',
      description: 'Everyday advice on sleep, movement and food. Not a doctor.',
      origin: 'catalogue',
      systemPrompt: HEALTH_COACH,
    }),
    {
      name: 'echo',
      label: 'Echo',
      prefix: 'echo',
      description: 'Says back what it hears. Good for a first test; needs no model.',
      origin: 'catalogue',
      needsModel: false,
      handles: ['text'],
      systemPrompt: null,
      answer: ({ text }) => text,
    },
  ]
}
