import { expect, test } from 'vitest'
import { createFormat } from '../i18n/format.ts'
import { endOfPause } from './banners.tsx'

test.each([
  ['2026-03-09T12:00', '2026-03-09T14:05', '2:05 PM', '14:05'],
  ['2026-03-09T00:10', '2026-03-09T00:26', '12:26 AM', '00:26'],
  ['2026-03-09T23:56', '2026-03-10T00:26', 'tomorrow 12:26 AM', 'amanhã 00:26'],
  ['2026-03-09T09:00', '2026-03-10T09:00', 'tomorrow 9:00 AM', 'amanhã 09:00'],
  ['2026-03-09T09:00', '2026-03-12T09:00', 'Mar 12, 2026', '12 de mar. de 2026'],
])('a pause names the day of its end where it is not today: at %s, %s', (now, end, english, portuguese) => {
  const words = (language: string) =>
    endOfPause(createFormat(language), Date.parse(end), Date.parse(now)).replaceAll(/\s/gu, ' ')
  expect([words('en'), words('pt-BR')]).toEqual([english, portuguese])
})
