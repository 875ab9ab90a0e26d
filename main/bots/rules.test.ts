// The auto-reply's rules run in a process of their own. Whatever ends it, and whenever: each message is answered once, or its end is shown.
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ReplyRule } from '../../preload/contract/bots.ts'
import { createWorld, GROUP, type World } from '../../test/bots/world.ts'

const regex = (pattern: string, answer = 'yes'): ReplyRule => ({
  match: 'regex',
  pattern,
  answer,
  case_sensitive: false,
})
/** Compiles for a while, and costs a short message nothing. */
const slow = Array.from({ length: 10 }, (_, n) => regex(`${'(?:[\\p{L}\\p{N}]{1,30}){1,30}'.repeat(14)}${n}`, 'no'))

let world: World
beforeEach(() => {
  world = createWorld()
  world.switchOn('auto_reply')
})
afterEach(() => world.dispose())

/** The rules as a restored file brings them: nothing was compiled yet. */
function setRules(rules: ReplyRule[]): void {
  world.store.bots.put('auto_reply', JSON.stringify({ kind: 'rules', rules }))
  world.catalogue.reload()
}
const working = async () => {
  await world.until(() => world.ruleProcesses.length > 0)
  await world.ruleProcesses.at(-1)?.ready
}

it('answers a message once that was being matched when the program ended', async () => {
  setRules([...slow, regex('ok')])
  world.receive(world.message('ok'))
  await working()
  await world.endTasks()
  // Between the end of its tasks and that of its bots the program has other things to end.
  await world.until(() => world.logged.length > 0)
  await world.crash()
  expect(world.jobs()).toMatchObject([{ state: 'waiting' }])
  world.start()
  await world.settled(30_000)
  expect(world.seen()).toEqual(['[auto] yes'])
})

it('answers a message once whose process was killed', async () => {
  setRules([...slow, regex('ok')])
  world.receive(world.message('ok'))
  await working()
  world.ruleProcesses[0]?.close()
  await world.settled(30_000)
  expect(world.seen()).toEqual(['[auto] yes'])
  expect(world.ruleProcesses).toHaveLength(2)
})

it('shows a message that costs too much, and answers it when it is asked to and the rules are simpler', async () => {
  setRules([regex('(?:(?:[a-z]{1,10}){1,10}){1,10}!')])
  world.receive(world.message('abcdefghij'.repeat(1000)))
  await world.settled(30_000)
  expect(world.activity.list({ limit: 5 })).toMatchObject([
    { state: 'failed', reason: { code: 'rules-too-costly' }, can_retry: true },
  ])
  setRules([regex('abc')])
  world.pipeline.retry(1)
  await world.settled(30_000)
  expect(world.seen()).toEqual(['[auto] yes'])
})

it('holds up no other chat and no other bot', async () => {
  setRules([...slow, regex('ok')])
  world.switchOn('echo', {}, GROUP)
  const behind = Array.from({ length: 50 }, () => world.message('ok'))
  world.receive(...behind)
  await working()
  world.receive(world.message('hello', { chatJid: GROUP, senderJid: '900000000002@lid' }))
  await world.settled(60_000)
  expect(world.seen().filter((text) => text === '[auto] yes')).toHaveLength(50)
  expect(world.seen().indexOf('[echo] hello')).toBeLessThan(25)
})
