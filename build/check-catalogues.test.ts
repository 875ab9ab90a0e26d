import { expect, test } from 'vitest'
import { differences, flat, unknown, unused } from './check-catalogues.ts'

const english = flat({
  title: 'Chats of {{name}}',
  count_one: '{{count}} chat',
  count_other: '{{count}} chats',
  themes: { light: 'Light', dark: 'Dark' },
})
const spanish = {
  title: 'Chats de {{name}}',
  count_one: '{{count}} conversación',
  count_other: '{{count}} conversaciones',
  themes: { light: 'Claro', dark: 'Oscuro' },
}
const of = (words: object, code = 'es', same: string[] = []) =>
  differences(english, { code, words: flat(words), same: new Set(same) })

test.each<[what: string, words: object, problem: RegExp]>([
  ['a key is missing', { ...spanish, themes: { light: 'Claro' } }, /^themes\.dark is missing$/],
  ['a text is empty', { ...spanish, title: ' ' }, /^title is empty$/],
  ['a key is too much', { ...spanish, more: 'Más' }, /^more is not in the English catalogue$/],
  ['a placeholder has another name', { ...spanish, title: 'Chats de {{nombre}}' }, /^title has the placeholders/],
  [
    'a placeholder is lost',
    { ...spanish, count_other: 'conversaciones' },
    /^count_other has the placeholders \(none\)/,
  ],
  ['a text was left in English', { ...spanish, themes: { light: 'Light', dark: 'Oscuro' } }, /^themes\.light reads as/],
])('it is told where %s', (_what, words, problem) => {
  expect(of(words)).toEqual([expect.stringMatching(problem)])
})

test('a whole catalogue has no problem, nor has a word that two languages share on purpose', () => {
  expect(of(spanish)).toEqual([])
  const light = { ...spanish, themes: { light: 'Light', dark: 'Oscuro' } }
  expect(of(light, 'es', ['Light'])).toEqual([])
})

test('each plural form of the language is asked for; “many” is filled in', () => {
  expect(of(spanish, 'pt-BR')).toEqual([])
  expect(of(spanish, 'pl')).toEqual([expect.stringMatching(/^count_few is missing/)])
  expect(of({ ...spanish, count_few: '{{count}} de pocas' }, 'pl')).toEqual([])
})

test('a key counts as used by its text, by its plural’s base and by a template, and by nothing else', () => {
  const source = ['t("title", { name }); t("count", { count }); t(`themes.$', '{theme}`)'].join('')
  expect(unused(english, source)).toEqual([])
  expect(unused(english, source.replace('themes.$', 'other.$'))).toEqual([
    'themes.light is used nowhere',
    'themes.dark is used nowhere',
  ])
  expect(unused(english, source.replace('t("count"', 'api.count("x y"'))).toEqual([
    'count_one is used nowhere',
    'count_other is used nowhere',
  ])
})

test('a key that no catalogue has is told', () => {
  expect(unknown(english, "t('title') + t('count', {})")).toEqual([])
  expect(unknown(english, "t('themes.blue')")).toEqual(['themes.blue is used and is in no catalogue'])
})
