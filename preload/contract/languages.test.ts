import { expect, test } from 'vitest'
import { LANGUAGE_CODES, languageOf } from './languages.ts'
import { Settings } from './settings.ts'

test.each([
  ['pt', 'pt-BR'],
  ['pt-PT', 'pt-BR'],
  ['es', 'es'],
  ['ES-mx', 'es'],
  ['es_419.UTF-8', 'es'],
  ['en-GB', 'en'],
  ['est-EE', 'en'],
  ['ptx', 'en'],
  ['de-DE', 'en'],
  ['', 'en'],
  [undefined, 'en'],
])('a machine in %s gets %s', (locale, language) => {
  expect(languageOf(locale)).toBe(language)
})

test('the settings accept each language, the one of the system, and no other', () => {
  for (const language of ['system', ...LANGUAGE_CODES]) expect(Settings.parse({ language }).language).toBe(language)
  expect(Settings.safeParse({ language: 'el' }).success).toBe(false)
})
