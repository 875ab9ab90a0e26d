import { afterEach, expect, test, vi } from 'vitest'
import { weekStart } from './week.ts'

afterEach(() => vi.unstubAllGlobals())

test.each([
  ['en', [], 0],
  ['en', ['en-GB', 'en-US'], 1],
  ['en', ['de-DE'], 0],
  ['pt-BR', ['pt-BR'], 0],
  ['pt-BR', ['pt-PT'], 0],
  ['es', [], 1],
  ['es', ['es-MX'], 0],
  ['es', ['en-US', 'es-ES'], 1],
] as const)('the week of %s on a machine with %s', (language, system, day) => {
  expect(weekStart(language, system)).toBe(day)
})

test('it begins on Sunday where Intl does not know', () => {
  vi.stubGlobal('Intl', { ...Intl, Locale: class {} })
  expect(weekStart('en', ['en-GB'])).toBe(0)
})
