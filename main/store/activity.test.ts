import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Outcome } from '../../preload/contract/activity.ts'
import { createActivity } from './activity.ts'
import { openStore, type Store } from './index.ts'

const NOW = new Date(2026, 4, 5, 12).getTime()
let folder: string
let store: Store
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whatslang-activity-'))
  store = openStore({ path: join(folder, 'messages.db'), clock: { now: () => NOW } })
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

function fill(messages: number, jobs: number) {
  const { id: account } = store.accounts.link({ jid: '5511888880000@s.whatsapp.net' })
  const chats = [1, 2, 3].map((n) => store.chats.resolve(account, `551199999000${n}@s.whatsapp.net`).id)
  const add = store.db.prepare(
    `INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text)
     VALUES (?, ?, ?, '', 0, ?, ?, ?, ?, NULL)`,
  )
  const job = store.db.prepare(
    `INSERT INTO jobs (message, chat_id, bot_name, state, reason, due_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const day = 86_400_000
  store.transaction(() => {
    for (let n = 0; n < messages; n += 1) {
      const live = n >= messages - jobs
      const at = live ? NOW - Math.floor(((messages - n) / jobs) * 6 * day) : NOW - 7 * day
      const chat = chats[n % 3] ?? 1
      const id = Number(
        add.run(account, chat, `M${n}`, at, at, live ? 'live' : 'history', n % 5 ? 'text' : 'image').lastInsertRowid,
      )
      const state = n % 100 === 0 ? 'failed' : n % 4 === 0 ? 'skipped' : 'done'
      if (live) job.run(id, chat, n % 2 ? 'echo' : 'joke', state, state === 'failed' ? 'model-key' : null, at, at, at)
    }
  })
  return chats
}

it('counts days, bots and kinds by the local calendar', async () => {
  fill(300, 200)
  const activity = createActivity(store.context)
  const stats = activity.stats(7)
  expect(stats.days).toHaveLength(7)
  expect(stats.days.at(-1)?.day).toBe('2026-05-05')
  expect(stats.days.reduce((sum, { received }) => sum + received, 0)).toBe(200)
  expect(stats.days.reduce((sum, { failed }) => sum + failed, 0)).toBe(2)
  expect(stats.days.reduce((sum, { bots }) => sum + (bots.echo ?? 0), 0)).toBe(100)
  const inbound = async () => (await activity.inbound()).map(({ kind, total }) => [kind, total])
  const counted = [
    ['text', 160],
    ['image', 40],
  ]
  expect(await inbound()).toEqual(counted)
  expect(await Promise.all([inbound(), inbound()])).toEqual([counted, counted])
  expect(stats.today.answered).toBeGreaterThan(0)
})

it('filters by bot, chat and state, and goes on where a page ended', () => {
  fill(300, 200)
  const activity = createActivity(store.context)
  const failed = activity.list({ state: 'failed', limit: 10 })
  expect(failed.map(({ state, reason }) => [state, reason?.code])).toEqual([
    ['failed', 'model-key'],
    ['failed', 'model-key'],
  ])
  expect(
    activity.list({ bot: 'joke', jid: '5511999990001@s.whatsapp.net', limit: 500 }).every(({ bot }) => bot === 'joke'),
  ).toBe(true)
  expect(activity.list({ jid: '1@lid', limit: 5 })).toEqual([])
  expect(activity.list({ limit: 3 }).map(({ kind }) => kind)).toEqual(['text', 'text', 'text'])
  expect(activity.find(196)).toMatchObject({ kind: 'image', text: null })
  const first = activity.list({ limit: 3 })
  const next = activity.list({ limit: 3, before: first.at(-1)?.id })
  expect([...first, ...next].map(({ id }) => id)).toEqual([200, 199, 198, 197, 196, 195])
})

it('finds by each outcome exactly the entries that say it', () => {
  const chats = fill(40, 40)
  const chunk = store.db.prepare(
    `INSERT INTO outbox (job, account_id, chat_id, bot_name, chunk, chunks, wa_message_id, body, state, code, due_at, created_at, expires_at)
     VALUES (?, 1, ?, 'echo', ?, 2, ?, '', ?, NULL, 0, ?, 0)`,
  )
  let number = 0
  /** One attempt: the states of its two chunks. */
  const attempt = (job: number, at: number, ...states: string[]) =>
    states.forEach((state, index) => {
      number += 1
      chunk.run(job, chats[0], index + 1, `W${number}`, state, at)
    })
  attempt(2, 1, 'acked', 'acked')
  attempt(4, 1, 'acked', 'refused')
  attempt(6, 1, 'expired', 'cancelled')
  attempt(8, 1, 'refused', 'cancelled')
  attempt(8, 2, 'acked', 'acked') // answered again
  attempt(10, 1, 'refused', 'cancelled') // answered again, and nothing came of it
  attempt(12, 1, 'refused', 'cancelled') // is being answered again
  attempt(14, 1, 'cancelled', 'cancelled') // switched off before it was sent
  attempt(16, 1, 'acked', 'pending')
  store.db.exec(
    `UPDATE jobs SET reason = 'no-response' WHERE id IN (10, 18); UPDATE jobs SET state = 'waiting' WHERE id = 12`,
  )
  const activity = createActivity(store.context)
  const all = activity.list({ limit: 500 })
  for (const state of Outcome.options) {
    for (const bot of [undefined, 'echo']) {
      const told = all.filter((entry) => entry.state === state && (bot === undefined || entry.bot === bot))
      expect([state, activity.list({ state, bot, limit: 500 })]).toEqual([state, told])
    }
  }
  const said = (id: number) => activity.find(id)?.state
  expect([2, 4, 6, 8, 10, 12, 14, 16, 18].map(said)).toEqual([
    'done',
    'undelivered',
    'undelivered',
    'done',
    'silent',
    'waiting',
    'undelivered',
    'done',
    'silent',
  ])
})

it('stays quick with a long history', () => {
  fill(60_000, 40_000)
  const activity = createActivity(store.context)
  const measure = (run: () => unknown) => {
    const start = performance.now()
    run()
    return performance.now() - start
  }
  const figures = {
    statsFirst: measure(() => activity.stats(90)),
    stats: measure(() => activity.stats(90)),
    newest: measure(() => activity.list({ limit: 100 })),
    done: measure(() => activity.list({ state: 'done', limit: 100 })),
    undelivered: measure(() => activity.list({ state: 'undelivered', limit: 100 })),
    silent: measure(() => activity.list({ state: 'silent', limit: 100 })),
    failed: measure(() => activity.list({ state: 'failed', bot: 'joke', limit: 100 })),
    chat: measure(() => activity.list({ jid: '5511999990001@s.whatsapp.net', limit: 100 })),
  }
  for (const [what, milliseconds] of Object.entries(figures)) expect([what, milliseconds < 300]).toEqual([what, true])
}, 60_000)
