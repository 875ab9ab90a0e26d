import { expect, it } from 'vitest'
import { createMatcher, problemOfRules, RuleCostError, type RulePattern } from './matcher.ts'

const rule = (match: RulePattern['match'], pattern: string, case_sensitive = false): RulePattern => ({
  match,
  pattern,
  case_sensitive,
})

it.each([
  [rule('equals', 'Olá'), '  olá ', 0],
  [rule('equals', 'Olá'), 'olá!', null],
  [rule('equals', 'Olá', true), 'olá', null],
  [rule('equals', 'Olá', true), 'Ola\u0301', 0],
  [rule('contains', 'ÇÃO'), 'a canção', 0],
  [rule('starts_with', 'hi'), 'Hi there', 0],
  [rule('starts_with', 'hi'), 'oh hi', null],
  [rule('regex', '^\\d{3}-\\d{2}$'), '123-45', 0],
  [rule('regex', 'A+', true), 'aaa', null],
  [rule('regex', 'A+'), 'aaa', 0],
])('%j and %j: %j', (one, text, found) => {
  expect(createMatcher([one]).find(text)).toBe(found)
})

it('takes the first of several, and passes by one that cannot be compiled', () => {
  const rules = [rule('regex', '('), rule('contains', ' '), rule('contains', 'price'), rule('regex', 'pri.e')]
  expect(createMatcher(rules).find('the price')).toBe(2)
})

it.each([
  ['one pattern of many instructions', ['(?:(?:[a-z]{1,10}){1,10}){1,10}!'], 'abcdefghij'.repeat(1000)],
  ['a long repetition', ['(?:a{0,999})b'], 'a'.repeat(10_000)],
  [
    'two hundred ordinary ones on a very long text',
    Array<string>(200).fill('(red|green|blue) (car|bike)'),
    'x '.repeat(5000),
  ],
])('gives up before the rules take too long: %s', (_what, patterns, text) => {
  const matcher = createMatcher(patterns.map((pattern) => rule('regex', pattern)))
  expect(() => matcher.find(text)).toThrow(RuleCostError)
})

it('compiles no more than fits into memory, whatever a restored file holds', () => {
  const large = Array.from({ length: 200 }, (_, n) =>
    rule('regex', `${'(?:[\\p{L}\\p{N}]{1,30}){1,30}'.repeat(14)}${n}`),
  )
  expect(problemOfRules(large)).toMatch(/rule \d+ are too large together/)
  expect(() => createMatcher(large).find('a')).toThrow(RuleCostError)
  expect(createMatcher([rule('contains', 'a'), ...large]).find('a')).toBe(0)
})

it('answers an ordinary message whatever rules stand behind the one that fits', () => {
  const costly = rule('regex', '(?:(?:[a-z]{1,10}){1,10}){1,10}!')
  expect(createMatcher([rule('contains', 'price'), costly]).find('What is the price? '.repeat(200))).toBe(0)
  const ordinary = createMatcher(Array.from({ length: 200 }, (_, n) => rule('regex', `^(order|delivery) number ${n}$`)))
  expect(ordinary.find('Delivery number 199')).toBe(199)
  expect(ordinary.find('Good morning, can you tell me when you open today?')).toBeNull()
})

it('says which rule cannot be used', () => {
  expect(problemOfRules([rule('contains', 'a'), rule('regex', '(')])).toContain('rule 2')
  expect(problemOfRules([rule('regex', 'a(?=b)')])).toBeDefined()
  expect(problemOfRules([rule('contains', ' ')])).toContain('empty')
  expect(problemOfRules([rule('regex', 'ok|fine')])).toBeUndefined()
})
