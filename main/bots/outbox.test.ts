import { afterEach, describe, expect, it, vi } from 'vitest'
import { CHAT, createWorld, GROUP, type World } from '../../test/bots/world.ts'
import { nextChunk } from './next-chunk.ts'
import { humanDelay } from './pacing.ts'

let world: World
const make = (options?: Parameters<typeof createWorld>[0]) => {
  world = createWorld(options)
  return world
}
afterEach(() => world.dispose())

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const long = (start: string) => `${start} ${'word '.repeat(1800)}`

describe('delivery', () => {
  it('sends the same id again until it is acknowledged', async () => {
    make().switchOn('echo')
    let silent = 2
    world.outbound.fate = () => (silent-- > 0 ? 'silence' : 'ack')
    world.receive(world.message('hello'))
    await world.settled()
    expect(world.outbound.sent).toHaveLength(3)
    expect(new Set(world.outbound.sent.map(({ waMessageId }) => waMessageId)).size).toBe(1)
    expect(world.chunks()).toMatchObject([{ state: 'acked', attempts: 3 }])
  })

  it('asks again after a crash and after a reconnect, without waiting for the time limit', async () => {
    make({ timing: { ack: 60_000 } }).switchOn('echo')
    world.outbound.fate = () => 'silence'
    world.receive(world.message('hello'))
    await world.until(() => world.outbound.sent.length === 1)
    await world.crash()
    world.start()
    await world.until(() => world.outbound.sent.length === 2)
    world.outbound.setReady(false)
    world.outbound.fate = () => 'ack'
    world.outbound.setReady(true)
    await world.settled()
    expect(world.seen()).toEqual(['[echo] hello'])
    expect(world.outbound.sent).toHaveLength(3)
  })

  it('goes on where the database could not be read for a moment', async () => {
    make().switchOn('echo')
    const broken = () => {
      throw new Error('disk I/O error')
    }
    const reads = [
      vi.spyOn(world.store.jobs, 'heads').mockImplementationOnce(broken),
      vi.spyOn(world.store.outbox, 'openOf').mockImplementationOnce(broken),
      vi.spyOn(world.store.outbox, 'openChats').mockImplementationOnce(broken),
    ]
    world.receive(world.message('hello'))
    world.outbound.setReady(true)
    await world.until(() => world.seen().length === 1)
    await world.settled()
    expect(world.seen()).toEqual(['[echo] hello'])
    expect(world.logged.filter((line) => line.includes('it is tried again'))).toHaveLength(reads.length)
  })

  it('sends nothing before the connection has caught up', async () => {
    make().switchOn('echo')
    world.outbound.setReady(false)
    world.receive(world.message('hello'))
    await world.until(() => world.chunks().length === 1)
    await wait(30)
    expect(world.seen()).toEqual([])
    world.outbound.setReady(true)
    await world.settled()
    expect(world.seen()).toEqual(['[echo] hello'])
  })

  it('keeps the chunks of an answer in order, each after the ack of the one before', async () => {
    make().switchOn('echo')
    const first = new Set<string>()
    world.outbound.fate = ({ waMessageId }) => {
      if (first.has(waMessageId)) return 'ack'
      first.add(waMessageId)
      return 'silence'
    }
    world.receive(world.message(long('A')), world.message('B'))
    await world.settled()
    expect(world.seen().map((text) => text.slice(0, 12))).toEqual([
      '[echo] 1/3 A',
      '[echo] 2/3 w',
      '[echo] 3/3 w',
      '[echo] B',
    ])
  })

  it('ends only the answer whose chunk is refused', async () => {
    make().switchOn('echo')
    world.outbound.fate = ({ text }) => (text.includes('2/3') ? '479' : 'ack')
    world.receive(world.message(long('A')), world.message('B'))
    await world.settled()
    expect(world.chunks().map(({ state, code }) => [state, code])).toEqual([
      ['acked', null],
      ['refused', '479'],
      ['cancelled', 'answer-ended'],
      ['acked', null],
    ])
    expect(world.activity.list({ limit: 2 })[1]).toMatchObject({
      state: 'undelivered',
      delivery: 'refused',
      reason: { code: '479' },
      can_retry: true,
    })
  })

  it('lets others pass a chunk that can never be handed over, and gives it up', async () => {
    make().switchOn('echo')
    world.outbound.fate = ({ text }) => (text.includes('poison') ? 'throw' : 'ack')
    world.receive(world.message('poison'), world.message('one'), world.message('two'))
    await world.until(() => world.seen().length === 2)
    expect(world.chunks()[0]?.state).toBe('pending')
    await world.settled()
    expect(world.chunks()).toMatchObject([
      { state: 'refused', code: 'send-failed', attempts: 5 },
      { state: 'acked' },
      { state: 'acked' },
    ])
  })

  it('does not blame a chunk for the connection', async () => {
    make().switchOn('echo')
    let fails = 8
    world.outbound.fate = () => {
      if (fails-- <= 0) return 'ack'
      world.outbound.setReady(false)
      setImmediate(() => world.outbound.setReady(true))
      return 'throw'
    }
    world.receive(world.message('hello'))
    await world.settled()
    expect(world.chunks()).toMatchObject([{ state: 'acked', attempts: 1 }])
  })

  it('pauses everything on a timelock', async () => {
    make().switchOn('echo')
    world.switchOn('echo', {}, GROUP)
    world.outbound.fate = () => '463'
    world.receive(world.message('hello'))
    await world.settled()
    expect(world.pause.current()?.until).toBeGreaterThan(0)
    world.receive(world.message('hello', { chatJid: GROUP, senderJid: '900000000002@lid' }))
    await wait(40)
    expect(world.outbound.sent).toHaveLength(1)
    world.outbound.fate = () => 'ack'
    world.pause.resume()
    await world.settled()
    expect(world.outbound.sent).toHaveLength(2)
  })

  it('goes on by itself after a refusal of which WhatsApp names no end', async () => {
    make().switchOn('echo')
    world.outbound.fate = () => '463'
    world.receive(world.message('hello'))
    await world.settled()
    world.time.offset += 59 * 60_000
    expect(world.pause.active()).toBe(true)
    world.time.offset += 2 * 60_000
    expect(world.pause.active()).toBe(false)
    world.outbound.fate = () => 'ack'
    world.receive(world.message('hello again'))
    await world.settled()
    expect(world.outbound.sent.map(({ text }) => text)).toContain('[echo] hello again')
  })

  it('drops what nobody wants any more', async () => {
    make().switchOn('echo')
    world.outbound.setReady(false)
    world.receive(world.message('hello'))
    await world.until(() => world.chunks().length === 1)
    world.time.offset += 61 * 60_000
    world.outbound.setReady(true)
    await world.settled()
    expect(world.chunks()).toMatchObject([{ state: 'expired', code: 'expired' }])
    expect(world.seen()).toEqual([])
  })

  it('gives a retry by hand new ids', async () => {
    make().switchOn('echo')
    world.outbound.fate = () => '479'
    world.receive(world.message('hello'))
    await world.settled()
    world.outbound.fate = () => 'ack'
    world.pipeline.retry(1)
    await world.settled()
    const [first, second] = world.chunks()
    expect(first?.wa_message_id).not.toBe(second?.wa_message_id)
    expect([first?.state, second?.state]).toEqual(['refused', 'acked'])
  })

  it('takes every listener back', async () => {
    make()
    const before = world.outbound.listeners()
    for (let i = 0; i < 5; i += 1) await world.crash()
    expect(world.outbound.listeners()).toBe(before)
    expect(before).toBeGreaterThan(0)
  })
})

describe('pacing', () => {
  it('shows that it types, and takes as long as a person', async () => {
    make({ pacing: 'on' }).switchOn('echo')
    const start = performance.now()
    world.receive(world.message('hello'))
    await world.until(() => world.outbound.sent.length === 1)
    expect(performance.now() - start).toBeGreaterThan(750)
    expect(world.outbound.typed).toEqual([`${CHAT} composing`, `${CHAT} paused`])
    expect(humanDelay(0)).toBe(800)
    expect(humanDelay(10_000)).toBe(3000)
  })

  it('holds a chat to its limit, also across a restart, and lets another go on', async () => {
    make({ pacing: 'on' }).switchOn('echo')
    world.switchOn('echo', {}, GROUP)
    world.settings.answering.per_chat_per_minute = 1
    world.receive(world.message('one'), world.message('two'))
    await world.until(() => world.seen().length === 1)
    await world.crash()
    world.start()
    world.receive(world.message('three', { chatJid: GROUP, senderJid: '900000000002@lid' }))
    await world.until(() => world.seen().length === 2)
    await wait(300)
    expect(world.seen()).toEqual(['[echo] one', '[echo] three'])
  })

  it('checks again after the pause of a person', async () => {
    const chatId = make({ pacing: 'on' }).switchOn('echo')
    world.receive(world.message('hello'))
    await world.until(() => world.outbound.typed.length === 1)
    world.store.assignments.set(chatId, 'echo', { enabled: false }, world.accountId)
    await world.settled()
    expect(world.seen()).toEqual([])
    expect(world.chunks()).toMatchObject([{ state: 'cancelled', code: 'bot-off' }])
  })
})

describe('nextChunk', () => {
  it('lets other answers pass one that fails again and again, but never its own next chunk', () => {
    make()
    const row = { chatId: 1, state: 'pending' as const, sentAt: null, expiresAt: 1e9, createdAt: 0 }
    const failing = { ...row, id: 1, job: 1, chunk: 1, attempts: 3, dueAt: 1000 }
    const itsNext = { ...row, id: 2, job: 1, chunk: 2, attempts: 0, dueAt: 0 }
    const other = { ...row, id: 3, job: 2, chunk: 1, attempts: 0, dueAt: 0 }
    expect(nextChunk([failing, itsNext, other], 0, () => true)).toEqual({ kind: 'send', chunk: other })
    expect(nextChunk([{ ...failing, attempts: 1 }, itsNext, other], 0, () => true).kind).toBe('wait')
  })

  it('does not wait for a due time that a wrong clock wrote', () => {
    make()
    const chunk = {
      id: 1,
      job: 1,
      chatId: 1,
      chunk: 1,
      state: 'pending' as const,
      attempts: 1,
      sentAt: null,
      createdAt: 0,
    }
    const day = 86_400_000
    expect(nextChunk([{ ...chunk, dueAt: day, expiresAt: 9 * day }], 0, () => true).kind).toBe('send')
    expect(nextChunk([{ ...chunk, dueAt: 1000, expiresAt: 9 * day }], 0, () => true)).toEqual({
      kind: 'wait',
      ms: 1000,
    })
  })
})
