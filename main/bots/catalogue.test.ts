import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWorld, type World } from '../../test/bots/world.ts'

let world: World
beforeEach(() => {
  world = createWorld()
})
afterEach(() => world.dispose())

const mine = { name: 'poet', label: 'Poet', prefix: 'poet', description: '', system_prompt: 'Answer in rhyme.' }

it('comes with six bots, each under its prefix', () => {
  expect(world.catalogue.list().map(({ name, prefix, needs_model }) => [name, prefix, needs_model])).toEqual([
    ['translation', 'ai', true],
    ['trilingual_en_pt_el', 'tri', true],
    ['joke', 'joke', true],
    ['health_coach', 'health', true],
    ['echo', 'echo', false],
    ['auto_reply', 'auto', false],
  ])
})

it('keeps a bot of the user across a restart, and answers with it', async () => {
  world.saveBot(mine)
  await world.crash()
  world.switchOn('poet')
  world.receive(world.message('roses'))
  await world.settled()
  expect(world.asked[0]?.system).toBe('Answer in rhyme.')
  expect(world.seen()).toEqual(['[poet] answer to roses'])
  expect(world.catalogue.get('poet')).toMatchObject({ origin: 'own', chats_on: 1, chats_assigned: 1 })
  expect(world.catalogue.get('poet').last_answer_at).not.toBeNull()
})

it('lets no two bots share a name or a prefix', () => {
  expect(() => world.saveBot({ ...mine, name: 'echo' })).toThrow(/catalogue/)
  expect(() => world.saveBot({ ...mine, prefix: 'AI' })).toThrow(/prefix of Translation/)
  expect(() => world.catalogue.remove('echo')).toThrow(/catalogue/)
})

it('keeps the assignments of a bot that is gone, and answers nothing', async () => {
  world.saveBot(mine)
  const chatId = world.switchOn('poet')
  expect(world.catalogue.remove('poet')).toBe(true)
  world.receive(world.message('roses'))
  await world.settled()
  expect(world.jobs()).toMatchObject([{ state: 'skipped', reason: 'unknown-bot' }])
  expect(world.store.assignments.get(chatId, 'poet')?.enabled).toBe(true)
})

it('is not upset by rows that it cannot read', async () => {
  world.store.bots.put('strange', 'no json')
  world.store.bots.put(
    'auto_reply',
    '{"kind":"rules","rules":[{"match":"regex","pattern":"(","answer":"x"},{"match":"contains","pattern":"b","answer":"y"}]}',
  )
  world.catalogue.reload()
  expect(world.catalogue.find('strange')).toBeUndefined()
  // One that cannot be compiled is shown all the same: saving the others must not lose it.
  expect(world.catalogue.get('auto_reply').rules).toHaveLength(2)
  expect(await world.pipeline.tryOut('auto_reply', 'a b')).toMatchObject({ answer: 'y' })
})

it('refuses rules that cannot be used, and keeps those there were', async () => {
  const rule = { match: 'contains' as const, pattern: 'a', answer: 'b', case_sensitive: false }
  await world.catalogue.setRules('auto_reply', [rule])
  const bad = [{ ...rule, match: 'regex' as const, pattern: '[' }]
  await expect(world.catalogue.setRules('auto_reply', bad)).rejects.toThrow(/rule 1/)
  expect(world.catalogue.get('auto_reply').rules).toEqual([rule])
  await expect(world.catalogue.setRules('echo', [])).rejects.toThrow(/auto-reply/)
})

it('tries a bot out without storing or sending anything', async () => {
  expect(await world.pipeline.tryOut('translation', 'hi')).toMatchObject({ answer: 'answer to hi' })
  expect(world.jobs()).toEqual([])
  expect(world.seen()).toEqual([])
})
