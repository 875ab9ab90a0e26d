import { expect, test } from 'vitest'
import { readCron, writeCron } from './cron.ts'

test.each([
  ['0 2 * * *', 'daily', '02:00'],
  ['30 23 * * 0', 'weekly', '23:30'],
])('%s is told as %s at %s, and written back the same', (cron, kind, time) => {
  expect(readCron(cron)).toMatchObject({ kind, time })
  expect(writeCron(readCron(cron))).toBe(cron)
})

test('a schedule that has no simple words is kept as it is', () => {
  expect(writeCron(readCron('*/15 2-4 1 * *'))).toBe('*/15 2-4 1 * *')
})

test('never is never', () => expect(writeCron(readCron(null))).toBeNull())

test('an expression that is not typed yet is not the wish for no backups', () => {
  expect(writeCron({ kind: 'custom', time: '02:00', cron: '  ' })).toBe('')
})
