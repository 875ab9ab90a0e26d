import { expect, test } from 'vitest'
import { runCrash } from './soak/crash-run.ts'

test('killed again and again: every message is answered exactly once, and all can still read', async () => {
  const report = await runCrash({ messages: 40, kills: 4, modelDelayMs: 30, history: true })
  expect(report).toMatchObject({
    messages: 40,
    lost: 0,
    twice: 0,
    historyAnswered: 0,
    reusedCounters: 0,
    chats: 5,
    intactChats: 5,
  })
}, 180_000)
