import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CHAT, createWorld, GROUP, type World } from '../../test/bots/world.ts'
import { createLoopBreaker } from './loop-breaker.ts'

const START = Date.UTC(2026, 4, 5, 10)
/** Numbers between 0 and 1 that look like chance and are the same in every run. */
function chance(seed: number) {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

interface Talk {
  rounds: number
  /** What the other side writes after our n-th answer, and how long after it (ms). */
  theirs(n: number, ourText: string): { text: string; after: number; sender?: string }[]
  ours?(text: string, n: number): string
  /** How long we take to answer (ms), as pacing and a model make it. */
  ourMs?: number | ((n: number) => number)
}

/** A conversation on a clock that only it moves. Resolves with the round in which the bot was stopped, or undefined. */
function talk({ rounds, theirs, ours = (text) => `answer to ${text}`, ourMs = 10_000 }: Talk): number | undefined {
  let now = START
  let stopped = false
  const breaker = createLoopBreaker({
    assignments: { stop: () => true },
    answers: { cancel: () => ({ jobs: 0, chunks: 0 }) },
    isBehind: () => false,
    enabled: () => true,
    now: () => now,
    onStopped: () => {
      stopped = true
    },
  })
  let ourText = ''
  for (let n = 0; n < rounds; n += 1) {
    const said = now
    for (const { text, after, sender = '' } of theirs(n, ourText)) {
      now = said + after
      breaker.heard(
        {
          accountId: 1,
          chatJid: CHAT,
          messageId: `M${n}`,
          senderJid: sender,
          fromMe: false,
          sentAt: Math.floor(now / 1000) * 1000,
          receivedAt: now,
          origin: 'live',
          kind: 'text',
          text,
        },
        1,
        'joke',
      )
      if (stopped) return n
      ourText = ours(text, n)
    }
    now += typeof ourMs === 'function' ? ourMs(n) : ourMs
    breaker.said(1, `[joke] ${ourText}`)
  }
  return undefined
}

const WORDS =
  'the a of to in we you they it on with my your dinner train weather music house friend tomorrow maybe never always because why where good bad long short red blue fast later again only very much water coffee book street phone work sleep run walk sing write call buy find lost found early late morning night'.split(
    ' ',
  )
const sentence = (random: () => number, words = 1 + Math.floor(random() ** 2 * 14)) =>
  Array.from({ length: words }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ')

describe('a program at the other end is stopped', () => {
  const once = (text: string, after: number) => [{ text, after }]
  it.each<[string, Talk, number]>([
    ['the same words at once', { rounds: 300, theirs: () => once('I am not at home, I will call you back.', 300) }, 8],
    ['a counter in the text', { rounds: 300, theirs: (n) => once(`This is message ${n} of the robot`, 200) }, 8],
    ['a counter and little else', { rounds: 300, theirs: (n) => once(`msg ${n}`, 200) }, 12],
    ['two texts in turn', { rounds: 300, theirs: (n) => once(n % 2 ? 'ping' : 'pong', 100) }, 12],
    ['five texts in turn', { rounds: 300, theirs: (n) => once(`text ${'abcde'[n % 5]} that comes again`, 700) }, 14],
    ['our own words with something before them', { rounds: 300, theirs: (_n, ours) => once(`re: ${ours}`, 400) }, 10],
    [
      'two translators',
      {
        rounds: 300,
        theirs: (n) => once(n % 2 ? 'good morning everybody' : 'bom dia para todos', 900),
        ours: (text) => text.toUpperCase(),
      },
      10,
    ],
    ['other words each time, at once', { rounds: 300, theirs: (n) => once(sentence(chance(n)), 300) }, 12],
    [
      'other words each time, at once, and without pacing',
      { rounds: 300, ourMs: 40, theirs: (n) => once(sentence(chance(n)), 30) },
      24,
    ],
    [
      'a model with long answers, after some seconds',
      { rounds: 300, theirs: (n) => once(sentence(chance(n), 60), 4000 + 2000 * chance(n)()) },
      12,
    ],
    [
      'slowly, in the same words',
      { rounds: 300, theirs: (n) => once('I am on holiday until Monday.', 20_000 + 9000 * chance(n)()) },
      16,
    ],
    [
      'very slowly, with a reference',
      { rounds: 300, theirs: (n) => once(`Ticket ${n * 7919} was opened`, 300_000 + 60_000 * chance(n)()) },
      16,
    ],
    [
      'slowly and evenly, in other words',
      { rounds: 300, theirs: (n) => once(sentence(chance(n)), 30_000 + 900 * chance(n)()) },
      22,
    ],
    [
      'two messages at a time',
      { rounds: 300, theirs: (n) => [...once(`hello ${n} there`, 200), ...once(`and ${n} more words`, 600)] },
      10,
    ],
    [
      'two of them in a group, with people in between',
      {
        rounds: 300,
        theirs: (n) => [
          { text: `beep number ${n}`, after: 200, sender: 'b1@lid' },
          { text: `the other says ${n}`, after: 500, sender: 'b2@lid' },
          ...(n % 3 === 0 ? [{ text: sentence(chance(n)), after: 6000, sender: 'ana@lid' }] : []),
        ],
      },
      10,
    ],
  ])('%s', (_what, how, most) => {
    const round = talk(how)
    expect(round).toBeGreaterThanOrEqual(4)
    expect(round).toBeLessThanOrEqual(most)
  })
})

describe('a person is not stopped', () => {
  const seeds = Array.from({ length: 60 }, (_, seed) => seed + 1)
  /** Reading, typing at up to 12 letters a second, sometimes two or three messages in a row, short words often repeated. */
  function quick(seed: number, least: number): Talk['theirs'] {
    const random = chance(seed * 7919)
    const short = [
      'ok',
      'haha',
      'kkkk',
      'yes',
      'no',
      'really?',
      'lol',
      '👍',
      'what',
      'one more',
      'sim',
      '1',
      '2',
      'menu',
    ]
    const text = () => (random() < 0.5 ? (short[Math.floor(random() * short.length)] ?? '') : sentence(random))
    return () => {
      let after = 0
      return Array.from({ length: random() < 0.3 ? 2 + Math.floor(random() * 2) : 1 }, () => {
        const words = text()
        after += least + words.length * (80 + random() * 120) + random() * 2500
        return { text: words, after }
      })
    }
  }
  it.each([
    ['who chats quickly', 1200, 3000],
    ['who chats quickly, with a bot that answers at once', 1200, 100],
    ['who chats quickly, with a bot that is held back by pacing', 1000, 10_000],
    ['who takes some time', 8000, 2000],
  ] as const)('%s', (_what, least, ourMs) => {
    for (const seed of seeds) {
      expect([seed, talk({ rounds: 300, theirs: quick(seed, least), ourMs })]).toEqual([seed, undefined])
    }
  })

  it('who types without looking, while answers come at any moment', () => {
    for (const seed of seeds) {
      const random = chance(seed * 31)
      const theirs = () => {
        let after = random() * 2500
        return Array.from({ length: 1 + Math.floor(random() * 5) }, () => {
          after += 1600 + random() * 2000
          return { text: sentence(random), after }
        })
      }
      expect([seed, talk({ rounds: 300, theirs, ourMs: () => 200 + random() * 1500 })]).toEqual([seed, undefined])
    }
  })

  it.each([
    ['who goes through a menu', (n: number) => ['menu', '1', '3', '2', 'menu', '2', '0'][n % 7] ?? ''],
    ['who asks a keyword a dozen times', (n: number) => (n < 12 ? 'price' : sentence(chance(n)))],
    ['who asks in the same form', (n: number) => `how do you say ${sentence(chance(n), 3)} in Greek?`],
    ['who is busy and says little', (n: number) => (n % 9 === 8 ? sentence(chance(n), 3) : 'ok')],
  ])('%s', (_what, text) => {
    for (const seed of seeds.slice(0, 10)) {
      const random = chance(seed)
      const theirs = (n: number) => [{ text: text(n), after: 2500 + random() * 9000 }]
      expect([seed, talk({ rounds: 60, theirs, ourMs: 4000 })]).toEqual([seed, undefined])
    }
  })

  it('a service that reports once in a while is no loop', () => {
    const theirs = (n: number) => [{ text: `Backup ${n} was made.`, after: 3_600_000 }]
    expect(talk({ rounds: 100, theirs })).toBeUndefined()
  })
})

describe('in the pipeline', () => {
  let world: World
  beforeEach(() => {
    world = createWorld()
  })
  afterEach(() => world.dispose())

  const answers = () => world.seen().length
  async function loop(
    bot: string,
    text: (n: number) => string,
    change: Parameters<World['message']>[1] = {},
  ): Promise<number> {
    for (let n = 0; n < 60; n += 1) {
      const before = answers()
      world.receive(world.message(text(n), change))
      await world.settled()
      if (answers() === before) return n
    }
    throw new Error(`${bot} was never stopped`)
  }

  it.each([
    ['echo', CHAT],
    ['joke', CHAT],
    ['translation', GROUP],
  ])('%s is stopped in that chat, and says so', async (bot, chatJid) => {
    world.model.answer = async () => 'so to say'
    const chatId = world.switchOn(bot, {}, chatJid)
    const elsewhere = world.switchOn(bot, {}, '5511999990007@s.whatsapp.net')
    const change = chatJid === GROUP ? { chatJid, senderJid: '900000000002@lid' } : { chatJid }
    const rounds = await loop(bot, (n) => `this is the robot's message ${n}`, change)
    expect(rounds).toBeLessThan(15)
    const assignment = world.store.assignments.get(chatId, bot)
    expect(assignment).toMatchObject({ enabled: false, stopped: { code: 'bot-loop' } })
    expect(world.store.assignments.get(elsewhere, bot)?.enabled).toBe(true)
    expect(world.jobs().at(-1)).toMatchObject({ state: 'skipped', reason: 'bot-loop' })
    expect(world.told).toEqual([{ scope: 'loop', bot }])
    // Switched on again, the count begins anew.
    world.switchOn(bot, {}, chatJid)
    world.receive(world.message('and now?', change))
    await world.settled()
    expect(world.jobs().at(-1)).toMatchObject({ state: 'done' })
  })

  it('a flood is no loop: its messages wait for no answer', async () => {
    world.switchOn('echo')
    for (let n = 0; n < 15; n += 1) world.receive(...[0, 1, 2].map((m) => world.message(`burst ${n * 3 + m} of many`)))
    await world.settled()
    expect(answers()).toBe(45)
  })

  it('neither history nor what is skipped anyway is counted', async () => {
    const chatId = world.switchOn('echo')
    world.receive(world.message('hello'))
    await world.settled()
    for (let n = 0; n < 40; n += 1) {
      world.receive(world.message(`the same old words ${n}`, { origin: 'history' }))
      world.receive(world.message(`[bot] the same old words ${n}`))
    }
    await world.settled()
    expect(world.store.assignments.get(chatId, 'echo')?.enabled).toBe(true)
  })

  it('can be switched off', async () => {
    world.settings.limits.stop_loops = false
    world.switchOn('echo')
    await expect(loop('echo', () => 'this is the robot')).rejects.toThrow('never stopped')
  })
})
