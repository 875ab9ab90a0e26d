import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CHAT, createWorld, GROUP, type World } from '../../test/bots/world.ts'
import { ModelError } from '../llm/model-error.ts'

let world: World
beforeEach(() => {
  world = createWorld()
})
afterEach(() => world.dispose())

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('from a message to its answer', () => {
  it('answers once, signed and quoting, and records it', async () => {
    world.switchOn('translation')
    world.receive(world.message('good morning'))
    await world.settled()
    expect(world.seen()).toEqual(['[ai] answer to good morning'])
    expect(world.outbound.sent[0]).toMatchObject({ chatJid: CHAT, quoted: Buffer.from([1, 2, 3]) })
    expect(world.outbound.sent[0]?.waMessageId).toMatch(/^3EB0[0-9A-F]{18}$/)
    expect(world.jobs()).toMatchObject([{ state: 'done', reason: null, attempts: 1 }])
    const rows = world.store.db
      .prepare('SELECT message_id, bot_name, original_text, response_text FROM processed_messages')
      .all()
    expect(rows).toEqual([
      {
        message_id: 'IN000001',
        bot_name: 'translation',
        original_text: 'good morning',
        response_text: 'answer to good morning',
      },
    ])
    expect(world.activity.list({ limit: 10 })).toMatchObject([
      { state: 'done', delivery: 'acked', answer: 'answer to good morning', can_retry: false },
    ])
    expect(world.activity.trace(1).steps.map(({ step }) => step)).toEqual([
      'sent',
      'received',
      'decided',
      'answered',
      'queued',
      'sent-out',
      'acknowledged',
    ])
  })

  it('takes the same message live, from the journal and queued, and answers once', async () => {
    world.switchOn('echo')
    const message = world.message('hello')
    world.receive(message, message)
    world.receive({ ...message, origin: 'offline' })
    await world.settled()
    await world.crash()
    world.receive({ ...message, receivedAt: message.receivedAt + 5000 })
    world.start()
    await world.settled()
    expect(world.seen()).toEqual(['[echo] hello'])
  })

  it('answers what could not be decrypted at first', async () => {
    world.switchOn('echo')
    const message = world.message('hello')
    world.receive({ ...message, kind: 'undecryptable', text: null })
    expect(world.jobs()).toEqual([])
    world.receive(message)
    await world.settled()
    expect(world.seen()).toEqual(['[echo] hello'])
  })

  it('keeps the order of one chat and bot while another chat goes on', async () => {
    world.switchOn('translation')
    world.switchOn('translation', {}, GROUP)
    const free: (() => void)[] = []
    world.model.answer = async (prompt) => {
      const text = prompt.turns.at(-1)?.text ?? ''
      if (text === 'one') await new Promise<void>((resolve) => free.push(resolve))
      return text.toUpperCase()
    }
    world.receive(world.message('one'), world.message('two'), world.message('three'))
    world.receive(world.message('group', { chatJid: GROUP, senderJid: '900000000002@lid' }))
    await world.until(() => world.seen().length === 1)
    expect(world.seen()).toEqual(['[ai] GROUP'])
    for (const go of free) go()
    await world.settled()
    expect(world.seen().slice(1)).toEqual(['[ai] ONE', '[ai] TWO', '[ai] THREE'])
    expect(world.asked).toHaveLength(4)
  })

  it('gives the conversation with roles', async () => {
    world.switchOn('joke', { contextMessageCount: 4 })
    world.receive(world.message('first'))
    await world.settled()
    const echo = world.outbound.sent[0]
    // Our own answer comes back, and another bot speaks: neither is a turn of its own.
    world.receive(
      world.message(echo?.text ?? '', {
        messageId: echo?.waMessageId ?? '',
        fromMe: true,
        senderJid: 'me',
        origin: 'own',
      }),
    )
    world.receive(world.message('[other] beep'))
    world.receive(world.message('second'))
    await world.settled()
    expect(world.asked[1]?.turns).toEqual([
      { role: 'user', text: 'first' },
      { role: 'assistant', text: 'answer to first' },
      { role: 'user', text: 'second' },
    ])
  })

  it('says nothing where the bot has nothing to say', async () => {
    world.switchOn('auto_reply')
    await world.catalogue.setRules('auto_reply', [
      { match: 'contains', pattern: 'price', answer: 'See the list.', case_sensitive: false },
    ])
    world.receive(world.message('hello'), world.message('What is the PRICE?'))
    await world.settled()
    expect(world.seen()).toEqual(['[auto] See the list.'])
    expect(world.jobs()).toMatchObject([{ state: 'done', reason: 'no-response' }, { state: 'done' }])
  })
})

describe('what is skipped, and why', () => {
  const reasons = () => world.jobs().map(({ reason }) => reason)

  it('names its reason', () => {
    const minute = 60_000
    world.receive(world.message('before the bot'))
    world.switchOn('echo', { answerOwnerMessages: false })
    const now = world.message('x').receivedAt
    world.receive(
      world.message('mine', { fromMe: true, senderJid: 'me' }),
      world.message('[xy] from a bot'),
      world.message(null, { kind: 'sticker' }),
      world.message(null, { kind: 'image' }),
      world.message('  '),
      world.message('late', { sentAt: now - 31 * minute, origin: 'offline' }),
      world.message('a caption', { kind: 'image' }),
    )
    expect(reasons()).toEqual([
      'own-message',
      'bot-prefix',
      'kind-not-handled',
      'kind-not-handled',
      'no-text',
      'too-old',
      null,
    ])
  })

  it('counts what was received before the bot was switched on as before, also where it becomes readable only afterwards', () => {
    const message = world.message('hello')
    world.receive({ ...message, kind: 'undecryptable', text: null })
    world.switchOn('echo')
    world.receive(message)
    expect(reasons()).toEqual(['before-switch-on'])
  })

  it('never answers history, nor what came before a restore', () => {
    world.switchOn('echo')
    world.receive(world.message('old', { origin: 'history' }))
    expect(world.jobs()).toEqual([])
    const message = world.message('new')
    world.store.meta.set('answer_after_sent', message.sentAt + 1000)
    world.receive(message)
    expect(reasons()).toEqual(['before-restore'])
    world.receive(world.message('same second as the restore', { sentAt: message.sentAt + 1000 }))
    expect(reasons()).toEqual(['before-restore', null])
  })

  it('knows what an imported file had answered, in whatever chat', () => {
    world.switchOn('echo')
    const message = world.message('hi')
    world.store.db
      .prepare("INSERT INTO processed_messages (message_id, bot_name) VALUES (?, 'echo')")
      .run(message.messageId)
    world.receive(message)
    expect(reasons()).toEqual(['already-answered'])
  })

  it('answers under the account that switched the bot on, and no other', () => {
    world.switchOn('echo')
    world.store.db
      .prepare('UPDATE bot_chat_assignments SET source_account_id = ?')
      .run(world.store.accounts.ensure({ jid: '5511777770000@s.whatsapp.net' }).id)
    world.receive(world.message('hi'))
    expect(reasons()).toEqual(['other-account'])
  })

  it.each([-86_400_000, 86_400_000])('is not moved by a local clock that is %i ms wrong', async (wrong) => {
    // Same second: one before, one after. Only the order of receipt decides; the store's own clock is wrong.
    const sentAt = world.message('x').sentAt
    const truth = world.time.server
    world.receive(world.message('before', { sentAt }))
    world.time.server = () => truth() + wrong
    world.switchOn('echo')
    world.time.server = truth
    world.receive(world.message('after', { sentAt }))
    await world.settled()
    expect(world.seen()).toEqual(['[echo] after'])
  })
})

describe('a model that fails', () => {
  const down = () => new ModelError('model-unreachable', 'down', { retryable: true })

  it('keeps the message waiting, visibly, says nothing, and answers when it is back', async () => {
    world.switchOn('translation')
    world.model.answer = async () => {
      throw down()
    }
    world.receive(world.message('hello'))
    await world.until(() => world.jobs()[0]?.attempts === 1)
    expect(world.jobs()).toMatchObject([{ state: 'waiting', reason: 'model-unreachable' }])
    expect(world.seen()).toEqual([])
    await world.crash()
    world.model.answer = async () => 'olá'
    world.start()
    world.pipeline.retryNow()
    await world.settled()
    expect(world.seen()).toEqual(['[ai] olá'])
  })

  it('is not asked again with a wrong key; by hand it is', async () => {
    world.switchOn('translation')
    let calls = 0
    world.model.answer = async () => {
      calls += 1
      throw new ModelError('model-key', 'no', { retryable: false })
    }
    world.receive(world.message('hello'))
    await world.settled()
    await wait(50)
    expect(calls).toBe(1)
    expect(world.activity.list({ limit: 1 })).toMatchObject([
      { state: 'failed', reason: { code: 'model-key' }, can_retry: true },
    ])
    world.model.answer = async () => 'olá'
    world.pipeline.retry(1)
    await world.settled()
    expect(world.seen()).toEqual(['[ai] olá'])
    expect(() => world.pipeline.retry(1)).toThrow(/was answered/)
  })

  it('never lets an exception of a bot reach the chat or the log', async () => {
    world.switchOn('translation')
    world.model.answer = async () => {
      throw new TypeError('secret words of the message')
    }
    world.receive(world.message('hello'))
    await world.settled()
    expect(world.jobs()).toMatchObject([{ state: 'failed', reason: 'bot-failed' }])
    expect(world.seen()).toEqual([])
    expect(world.logged.join()).not.toContain('secret words')
  })
})

describe('stopping', () => {
  it('cancels what a bot that is switched off was about to say', async () => {
    const chatId = world.switchOn('translation')
    let asked: () => void = () => undefined
    const began = new Promise<void>((resolve) => {
      asked = resolve
    })
    let answer: (text: string) => void = () => undefined
    world.model.answer = () => {
      asked()
      return new Promise((resolve) => {
        answer = resolve
      })
    }
    world.receive(world.message('hello'))
    await began
    world.store.assignments.set(chatId, 'translation', { enabled: false }, world.accountId)
    answer('too late')
    await world.settled()
    expect(world.jobs()).toMatchObject([{ state: 'cancelled', reason: 'bot-off' }])
    expect(world.seen()).toEqual([])
  })

  it('waits while paused and goes on afterwards', async () => {
    world.switchOn('echo')
    world.pause.byUser()
    world.receive(world.message('hello'))
    await wait(40)
    expect(world.jobs()).toMatchObject([{ state: 'waiting' }])
    world.pause.resume()
    await world.settled()
    expect(world.seen()).toEqual(['[echo] hello'])
  })

  it('lets a deleted chat be forgotten in the middle of an answer', async () => {
    const chatId = world.switchOn('echo')
    world.outbound.setReady(false)
    world.receive(world.message('hello'))
    await world.until(() => world.chunks().length === 1)
    world.store.chats.remove(chatId)
    world.outbound.setReady(true)
    await wait(40)
    expect(world.seen()).toEqual([])
    expect(world.chunks()).toEqual([])
  })
})

describe('a second bot on the same account', () => {
  const other = (text: string, quotedId?: string) =>
    world.message(text, { fromMe: true, senderJid: 'me', fromOtherDevice: true, ...(quotedId ? { quotedId } : {}) })

  it('that answers first stops ours in that chat, and says why', async () => {
    const chatId = world.switchOn('translation')
    world.model.answer = (_prompt, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))
    const message = world.message('hello')
    world.receive(message)
    await world.until(() => world.asked.length === 1)
    world.receive(other('[ai] olá', message.messageId))
    await world.settled()
    expect(world.jobs()[0]).toMatchObject({ state: 'cancelled', reason: 'second-bot' })
    expect(world.store.assignments.get(chatId, 'translation')).toMatchObject({
      enabled: false,
      stopped: { code: 'second-bot' },
    })
    expect(world.seen()).toEqual([])
  })

  it('cancels chunks that are not sent yet', async () => {
    const chatId = world.switchOn('echo')
    world.outbound.setReady(false)
    const message = world.message('hello')
    world.receive(message)
    await world.until(() => world.chunks().length === 1)
    world.receive(other('[echo] hello', message.messageId))
    world.outbound.setReady(true)
    await world.settled()
    expect(world.chunks()).toMatchObject([{ state: 'cancelled', code: 'second-bot' }])
    expect(world.store.assignments.get(chatId, 'echo')?.enabled).toBe(false)
    expect(world.seen()).toEqual([])
  })

  it('is noticed although it quotes nothing, and although ours has just answered', async () => {
    const chatId = world.switchOn('echo')
    world.receive(world.message('hello'))
    await world.settled()
    world.receive(other('[echo] hello'))
    expect(world.store.assignments.get(chatId, 'echo')?.stopped?.code).toBe('second-bot')
  })

  it('is noticed where it used the very id that our chunk has', async () => {
    const chatId = world.switchOn('echo')
    world.outbound.setReady(false)
    world.receive(world.message('hello'))
    await world.until(() => world.chunks().length === 1)
    world.receive({ ...other('[echo] hello'), messageId: world.chunks()[0]?.wa_message_id ?? '' })
    expect(world.store.assignments.get(chatId, 'echo')?.enabled).toBe(false)
  })

  it('is not mistaken for our own echo, the owner, or another bot', async () => {
    const chatId = world.switchOn('echo', { answerOwnerMessages: false })
    world.receive(world.message('hello'))
    await world.settled()
    const [answer] = world.outbound.sent
    world.receive({ ...other(answer?.text ?? ''), messageId: answer?.waMessageId ?? '' })
    world.receive(other('I write myself'), other('[joke] knock knock'))
    await world.settled()
    expect(world.store.assignments.get(chatId, 'echo')?.enabled).toBe(true)
    expect(world.seen()).toEqual(['[echo] hello'])
  })
})
