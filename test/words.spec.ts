// What the program tells people to press is what the page's button says, in each language.
import { expect, test } from 'vitest'
import { explain } from '../main/store/reasons.ts'
import { REASON_CODES } from '../preload/contract/codes.ts'
import { en } from '../renderer/i18n/en.ts'
import { told } from '../renderer/i18n/pt-BR/told.ts'
import { ptBR } from '../renderer/i18n/pt-BR.ts'

test.each([
  ['English', (code: (typeof REASON_CODES)[number]) => explain(code).message, en.activity.retry],
  ['Portuguese', (code: (typeof REASON_CODES)[number]) => told.reason[code], ptBR.activity.retry],
])('reasons name the button as it is called, in %s', (_language, say, button) => {
  const sentences = REASON_CODES.map(say)
  const named = sentences.flatMap((sentence) => [...sentence.matchAll(/“([^”]+)”/g)].map(([, name]) => name))
  expect(named).toHaveLength(5)
  expect(new Set(named)).toEqual(new Set([button]))
  for (const sentence of sentences) expect(sentence).not.toMatch(/\bretry\b|tente de novo/i)
})
