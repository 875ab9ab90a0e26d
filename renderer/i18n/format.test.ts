import { expect, test } from 'vitest'
import { createFormat } from './format.ts'

const at = (hour: number) => new Date(2026, 2, 12, hour, 5, 9).getTime()
/** Intl puts a narrow space before AM and PM. */
const plain = (text: string) => text.replaceAll(/\s/gu, ' ')

test.each([
  ['en', '2:05 AM', '2:05:09 PM', 'yesterday 2:05 PM'],
  ['pt-BR', '02:05', '14:05:09', 'ontem 14:05'],
  ['es', '02:05', '14:05:09', 'ayer 14:05'],
])('clock times are as people of the language write them: %s', (language, early, late, yesterday) => {
  const format = createFormat(language)
  expect(plain(format.time(at(2)))).toBe(early)
  expect(plain(format.seconds(at(14)))).toBe(late)
  expect(plain(format.brief(at(2), at(14)))).toBe(early)
  expect(plain(format.when(at(14), at(14) + 86_400_000))).toBe(yesterday)
})

test.each([
  ['en', 'just now', 'now'],
  ['pt-BR', 'agora mesmo', 'agora'],
  ['es', 'ahora mismo', 'ahora'],
])('less than a minute away: %s', (language, past, coming) => {
  const format = createFormat(language, past)
  expect(format.when(at(14), at(14) + 59_000)).toBe(past)
  expect(format.when(at(14), at(14))).toBe(past)
  expect(format.when(at(14), at(14) - 59_000)).toBe(coming)
})
