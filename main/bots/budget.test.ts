import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CHAT, createWorld, GROUP, type World } from '../../test/bots/world.ts'
import { ModelError } from '../llm/model-error.ts'
import { boundPrompt, sizeOf } from './prompt-bounds.ts'
import type { Turn } from './spec.ts'

let world: World
beforeEach(() => {
  world = createWorld()
})
afterEach(() => world.dispose())

const spent = () =>
  world.store.db
    .prepare('SELECT chat_id, bot_name, calls, characters FROM model_use ORDER BY day, chat_id, bot_name')
    .raw()
    .all() as [number, string, number, number][]
const reasons = () => world.jobs().map(({ state, reason }) => reason ?? state)

describe('a contact who writes without end', () => {
  it('costs no more than the budget of the chat, and the owner is told once', async () => {
    world.switchOn('joke')
    for (let n = 0; n < 20; n += 1) {
      world.receive(...Array.from({ length: 20 }, (_, m) => world.message(`${n * 20 + m} ${'x'.repeat(65_000)}`)))
    }
    await world.settled(25_000)
    const { message_characters, chat_characters_per_day } = world.settings.limits
    const characters = world.asked.reduce((sum, prompt) => sum + sizeOf(prompt), 0)
    expect(characters).toBeLessThanOrEqual(chat_characters_per_day ?? 0)
    expect(world.asked.length).toBeGreaterThan(20)
    expect(world.asked.length).toBeLessThan(70)
    expect(world.asked.every(({ turns }) => (turns[0]?.text.length ?? 0) <= message_characters + 4)).toBe(true)
    expect(world.asked[0]?.turns[0]?.text).toMatch(/x \[…\]$/)
    expect(reasons().filter((reason) => reason === 'budget-chat')).toHaveLength(400 - world.asked.length)
    expect(world.told).toEqual([{ scope: 'chat', bot: 'joke' }])
  }, 30_000)

  it('is bounded by calls too, whatever chat and bot, and other bots work on', async () => {
    world.settings.limits.chat_calls_per_day = 2
    world.settings.limits.calls_per_day = 7
    for (const bot of ['joke', 'translation', 'echo']) world.switchOn(bot)
    for (const bot of ['joke', 'translation']) world.switchOn(bot, {}, GROUP)
    for (let n = 0; n < 5; n += 1) world.receive(world.message(`a thought, the ${n}th`))
    await world.settled()
    expect(world.asked).toHaveLength(4)
    expect(world.seen().filter((text) => text.startsWith('[echo]'))).toHaveLength(5)
    const group = { chatJid: GROUP, senderJid: '900000000002@lid' }
    for (let n = 0; n < 5; n += 1) world.receive(world.message(`in the group ${n}`, group))
    await world.settled()
    expect(world.asked).toHaveLength(7)
    expect(new Set(reasons())).toEqual(new Set(['done', 'budget-chat', 'budget-day']))
    expect(world.told.map(({ scope }) => scope)).toEqual(['chat', 'chat', 'day'])
  })
})

describe('a budget', () => {
  it('holds across a crash, which makes no call free', async () => {
    world.settings.limits.chat_calls_per_day = 3
    world.switchOn('joke')
    let free: () => void = () => undefined
    world.model.answer = (_prompt, signal) =>
      new Promise((resolve, reject) => {
        free = () => resolve('an answer')
        signal?.addEventListener('abort', () => reject(signal.reason))
      })
    for (let n = 0; n < 3; n += 1) {
      if (n === 0) world.receive(world.message('hello'))
      else world.start()
      await world.until(() => world.asked.length === n + 1)
      await world.crash()
    }
    expect(spent().map(([, , calls]) => calls)).toEqual([3, 3])
    world.start()
    await world.settled()
    free()
    expect(world.asked).toHaveLength(3)
    expect(reasons()).toEqual(['budget-chat'])
  })

  it('is that of the next day after midnight by this machine’s clock, not by the server’s', async () => {
    world.settings.limits.chat_calls_per_day = 1
    world.switchOn('joke')
    for (const text of ['one', 'two']) world.receive(world.message(text))
    await world.settled()
    expect(reasons()).toEqual(['done', 'budget-chat'])
    // A stanza from far ahead moves what we take for the server's time.
    world.time.ahead += 3 * 86_400_000
    world.receive(world.message('three'))
    await world.settled()
    expect(reasons()[2]).toBe('budget-chat')
    world.time.offset += 86_400_000
    world.receive(world.message('four'))
    await world.settled()
    expect(reasons()[3]).toBe('done')
  })

  it('that is raised lets new messages be answered, and the skipped ones by hand', async () => {
    world.settings.limits.chat_calls_per_day = 1
    world.switchOn('joke')
    for (const text of ['one', 'two', 'three']) world.receive(world.message(text))
    await world.settled()
    const [skipped] = world.activity.list({ limit: 10 }).filter(({ state }) => state === 'skipped')
    expect(skipped).toMatchObject({ reason: { code: 'budget-chat' }, can_retry: true })
    world.settings.limits.chat_calls_per_day = null
    world.pipeline.retry(skipped?.id ?? 0)
    world.receive(world.message('four'))
    await world.settled()
    expect(world.asked.map(({ turns }) => turns.at(-1)?.text)).toEqual(['one', 'three', 'four'])
    expect(world.told).toHaveLength(1)
  })

  it('counts answers, and gives back what surely cost nothing', async () => {
    world.switchOn('joke')
    world.model.answer = async () => 'y'.repeat(3000)
    world.receive(world.message('hello'))
    await world.settled()
    const size = sizeOf(world.asked[0] ?? { system: '', turns: [] })
    expect(spent().map(([, , ...rest]) => rest)).toEqual([
      [1, size + 3000],
      [1, size + 3000],
    ])
    const before = spent()
    const failing = async (billed: boolean) => {
      world.model.answer = async () => {
        throw new ModelError('model-refused', 'x', { retryable: false, billed })
      }
      world.receive(world.message('again'))
      await world.settled()
    }
    await failing(false)
    expect(spent()).toEqual(before)
    await failing(true)
    expect(spent()[0]?.[2]).toBe(2)
  })

  it('counts what is tried out for the day alone, and refuses it with a way out', async () => {
    world.settings.limits.calls_per_day = 1
    expect((await world.pipeline.tryOut('joke', 'hello')).answer).toBe('answer to hello')
    expect(spent()).toMatchObject([[0, '', 1, expect.any(Number)]])
    await expect(world.pipeline.tryOut('joke', 'hello')).rejects.toMatchObject({
      code: 'budget-day',
      message: expect.stringContaining('Settings'),
    })
    expect((await world.pipeline.tryOut('echo', 'hello')).answer).toBe('hello')
  })

  it('of an answer is its messages: the rest is left out with a mark', async () => {
    world.switchOn('joke')
    world.model.answer = async () => 'All work and no play. '.repeat(40_000)
    world.receive(world.message('hello'))
    await world.settled()
    const { messages_per_answer } = world.settings.limits
    expect(world.seen()).toHaveLength(messages_per_answer)
    expect(world.seen().at(-1)).toMatch(/^\[joke\] 5\/5 .*\. \[…\]$/s)
    expect(world.seen().every((text) => text.length <= 4095)).toBe(true)
    const kept = world.store.db.prepare('SELECT length(response_text) FROM processed_messages').pluck().get()
    expect(kept).toBeLessThan(messages_per_answer * 4100)
  })

  it('of an answer holds for bots without a model', async () => {
    world.settings.limits.messages_per_answer = 1
    world.switchOn('echo')
    world.receive(world.message('word '.repeat(10_000)))
    await world.settled()
    expect(world.seen()).toEqual([expect.stringMatching(/^\[echo\] word .* \[…\]$/)])
  })
})

it('an endpoint that began and did not end is asked once more, and one whose answer is too long is not', async () => {
  world.switchOn('joke')
  world.settings.model.retries = 10
  for (const [code, facts, calls] of [
    ['model-timeout', { retryable: true, once: true }, 2],
    ['model-oversized', { retryable: false }, 1],
  ] as const) {
    world.asked.length = 0
    world.model.answer = async () => {
      throw new ModelError(code, 'x', facts)
    }
    world.receive(world.message('hello', { chatJid: CHAT }))
    await world.settled()
    expect([code, world.asked.length]).toEqual([code, calls])
    expect(reasons().at(-1)).toBe(code)
  }
})

describe('what a model is given', () => {
  const turn = fc.record({
    role: fc.constantFrom<Turn['role'][]>('user', 'assistant'),
    text: fc.string({ maxLength: 300 }),
  })
  it('is bounded, message by message and together, and the question is never left out', () => {
    fc.assert(
      fc.property(
        fc.array(turn, { minLength: 1, maxLength: 20 }),
        fc.record({ message: fc.integer({ min: 10, max: 200 }), context: fc.integer({ min: 0, max: 400 }) }),
        (turns, bounds) => {
          const bounded = boundPrompt({ system: 's', turns }, bounds)
          const mark = 4
          const [question, ...before] = bounded.turns.toReversed()
          expect(question?.role).toBe(turns.at(-1)?.role)
          expect(question?.text.length).toBeLessThanOrEqual(bounds.message + mark)
          const total = before.reduce((sum, { text }) => sum + text.length, 0)
          expect(total).toBeLessThanOrEqual(bounds.context + mark * (before.length + 1))
          for (const [index, { text }] of before.entries()) {
            const whole = turns.at(-2 - index)?.text ?? ''
            expect(text === whole || text.endsWith('[…]')).toBe(true)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('holds the newest of what was said, from the database on', async () => {
    world.settings.limits.message_characters = 1000
    world.settings.limits.context_characters = 2500
    for (let n = 0; n < 6; n += 1) world.receive(world.message(`${n}${'z'.repeat(60_000)}`, { origin: 'history' }))
    world.switchOn('joke', { contextMessageCount: 50 })
    world.receive(world.message('hello'))
    await world.settled()
    const texts = world.asked[0]?.turns.map(({ text }) => `${text.slice(0, 2)} ${text.length}`)
    expect(texts).toEqual(['3z 504', '4z 1004', '5z 1004', 'he 5'])
  })
})
