import { expect, test } from 'vitest'
import { createInbox } from './inbox.ts'

const item = (id: string, text = id) => ({
  id,
  text,
  quotedId: `q${text}`,
  chat: 'chat',
  from: 'bot',
  at: 0,
  sentTo: undefined,
  message: {},
})

test('next returns each message once, whether it came before or comes after', async () => {
  const inbox = createInbox('Ana', 10)
  inbox.add(item('a'))
  inbox.add(item('b'))
  expect((await inbox.next(({ id }) => id === 'b')).id).toBe('b')
  expect((await inbox.next()).id).toBe('a')
  const later = inbox.next()
  inbox.add(item('c'))
  expect((await later).id).toBe('c')
  await expect(inbox.next(undefined, 20)).rejects.toMatchObject({ code: 'timeout' })
})

test('the same id shows once and is counted apart', () => {
  const inbox = createInbox('Ana', 10)
  expect([inbox.add(item('a')), inbox.add(item('a')), inbox.add(item('a'))]).toEqual([true, false, false])
  expect(inbox.count).toBe(1)
  expect(inbox.duplicates.get('a')).toBe(2)
  expect(inbox.answersTo({ id: 'qa' })).toHaveLength(1)
})

test('an inbox that keeps nothing still hands messages to those who wait', async () => {
  const inbox = createInbox('Ana', 0)
  const waiting = inbox.next()
  inbox.add(item('a'))
  expect((await waiting).id).toBe('a')
  for (let index = 0; index < 1_000; index++) inbox.add(item(`m${index}`))
  expect(inbox.items).toHaveLength(0)
  expect(inbox.count).toBe(1_001)
})

test('an inbox keeps the newest, at most twice what it was told', () => {
  const inbox = createInbox('Ana', 100)
  for (let index = 0; index < 1_000; index++) inbox.add(item(`m${index}`))
  expect(inbox.items.length).toBeLessThan(200)
  expect(inbox.items.at(-1)?.id).toBe('m999')
})

test('whoever waits is told when the emulator closes', async () => {
  const inbox = createInbox('Ana', 10)
  const waiting = expect(inbox.next()).rejects.toMatchObject({ code: 'stopped' })
  inbox.dispose()
  await waiting
})
