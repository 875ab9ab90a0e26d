// What the program tells people to press, or where to look, is what the pages say, in each language.
import { expect, test } from 'vitest'
import { explain } from '../main/store/reasons.ts'
import { REASON_CODES } from '../preload/contract/codes.ts'
import { en } from '../renderer/i18n/en.ts'
import { told as toldInSpanish } from '../renderer/i18n/es/told.ts'
import { es } from '../renderer/i18n/es.ts'
import { told } from '../renderer/i18n/pt-BR/told.ts'
import { ptBR } from '../renderer/i18n/pt-BR.ts'

type Say = (code: (typeof REASON_CODES)[number]) => string
const english: Say = (code) => explain(code).message
const portuguese: Say = (code) => told.reason[code]
const spanish: Say = (code) => toldInSpanish.reason[code]

test.each([
  ['English', english, en],
  ['Portuguese', portuguese, ptBR],
  ['Spanish', spanish, es],
])('reasons name buttons, pages and settings as they are called, in %s', (_language, say, words) => {
  const sentences = REASON_CODES.map(say)
  const named = sentences.flatMap((sentence) => [...sentence.matchAll(/“([^”]+)”/g)].map(([, name]) => name))
  const answering = named.filter((name) => name === words.settings.answering)
  expect(answering).toHaveLength(3)
  const limits = named.filter((name) => name === words.settings.limits)
  expect(limits).toHaveLength(2)
  const buttons = named.filter((name) => name !== words.settings.answering && name !== words.settings.limits)
  expect(buttons).toHaveLength(13)
  expect(new Set(buttons)).toEqual(new Set([words.activity.retry]))
  for (const sentence of sentences) expect(sentence).not.toMatch(/\bretry\b|tente de novo|inténtalo de nuevo/i)
  for (const sentence of sentences.filter((one) => one.includes(`“${words.settings.answering}”`)))
    expect(sentence).toContain(words.nav.settings)
  expect(say('bot-failed')).toContain(words.nav.health)
})
