import { expect, test } from 'vitest'
import { stepInWords } from './progress.ts'
import { moment } from './words.ts'

test('a task and its step are told in words', () => {
  expect(stepInWords({ kind: 'backup', file: 'messages_20260102_030405.sql.gz' }, 'bytes')).toBe(
    'Backup (messages_20260102_030405.sql.gz): reading the file back',
  )
  expect(stepInWords({ kind: 'salvage', file: undefined }, 'salvage chats')).toBe('Salvaging: salvage chats')
})

test('a time is told in the zone of the machine, with its name, also across its change to summer time', () => {
  const winter = Date.UTC(2026, 0, 5, 23, 7)
  expect(moment(winter, 'UTC')).toBe('2026-01-05 23:07 UTC')
  expect(moment(winter, 'America/New_York')).toBe('2026-01-05 18:07 EST')
  expect(moment(Date.UTC(2026, 6, 5, 4, 7), 'America/New_York')).toBe('2026-07-05 00:07 EDT')
  expect(moment(winter, 'Asia/Kolkata')).toBe('2026-01-06 04:37 GMT+5:30')
  expect(moment(null)).toBe('never')
})
