import { expect, it } from 'vitest'
import type { ReplyRule } from '../../preload/contract/bots.ts'
import { createAutoReply, problemOfRules, RuleCostError } from './auto-reply.ts'

const rule = (match: ReplyRule['match'], pattern: string, case_sensitive = false): ReplyRule => ({
  match,
  pattern,
  answer: 'yes',
  case_sensitive,
})
const says = (one: ReplyRule, text: string) =>
  createAutoReply([one]).answer({
    text,
    context: [],
    senderName: null,
    signal: AbortSignal.timeout(1000),
    ask: () => Promise.reject(new Error('it needs no model')),
  })

it.each([
  [rule('equals', 'Olá'), '  olá ', 'yes'],
  [rule('equals', 'Olá'), 'olá!', null],
  [rule('equals', 'Olá', true), 'olá', null],
  [rule('contains', 'ÇÃO'), 'a canção', 'yes'],
  [rule('starts_with', 'hi'), 'Hi there', 'yes'],
  [rule('starts_with', 'hi'), 'oh hi', null],
  [rule('regex', '^\\d{3}-\\d{2}$'), '123-45', 'yes'],
  [rule('regex', 'A+', true), 'aaa', null],
  [rule('regex', 'A+'), 'aaa', 'yes'],
])('%j and %j: %j', (one, text, answer) => {
  expect(says(one, text)).toBe(answer)
})

it('is not slowed down by a pattern that hangs a backtracking engine', () => {
  const start = performance.now()
  void says(rule('regex', '^(a+)+$'), `${'a'.repeat(50_000)}b`)
  void says(rule('regex', '(x+x+)+y'), 'x'.repeat(50_000))
  expect(performance.now() - start).toBeLessThan(2000)
})

const answerOf = (rules: ReplyRule[], text: string) => () =>
  createAutoReply(rules).answer({
    text,
    context: [],
    senderName: null,
    signal: AbortSignal.timeout(1000),
    ask: () => Promise.reject(new Error('it needs no model')),
  })

it.each([
  ['one pattern of many instructions', ['(?:(?:[a-z]{1,10}){1,10}){1,10}!'], 'abcdefghij'.repeat(1000)],
  ['a long repetition', ['(?:a{0,999})b'], 'a'.repeat(10_000)],
  [
    'two hundred ordinary ones on a very long text',
    Array<string>(200).fill('(red|green|blue) (car|bike)'),
    'x '.repeat(5000),
  ],
])('gives up before the rules hold everything else: %s', (_what, patterns, text) => {
  expect(
    answerOf(
      patterns.map((pattern) => rule('regex', pattern)),
      text,
    ),
  ).toThrow(RuleCostError)
})

it('answers an ordinary message whatever rules stand behind the one that fits', () => {
  const costly = rule('regex', '(?:(?:[a-z]{1,10}){1,10}){1,10}!')
  expect(answerOf([rule('contains', 'price'), costly], 'What is the price? '.repeat(200))()).toBe('yes')
  const ordinary = Array.from({ length: 200 }, (_, n) => rule('regex', `^(order|delivery) number ${n}$`))
  expect(answerOf(ordinary, 'Delivery number 199')()).toBe('yes')
  expect(answerOf(ordinary, 'Good morning, can you tell me when you open today?')()).toBeNull()
})

it('says which rule cannot be used', () => {
  expect(problemOfRules([rule('contains', 'a'), rule('regex', '(')])).toContain('rule 2')
  expect(problemOfRules([rule('regex', 'a(?=b)')])).toBeDefined()
  expect(problemOfRules([rule('contains', ' ')])).toContain('empty')
  expect(problemOfRules([rule('regex', 'ok|fine')])).toBeUndefined()
})
