import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import type { Contact, Group, Said } from '../emulator/index.ts'
import { type LinkedApp, startLinkedApp } from './linked-app.ts'

vi.setConfig({ testTimeout: 240_000 })
beforeAll(() => bundle())
const MESSAGES = 200
/** Every tenth is older than the catch-up window of 30 minutes. */
const isStale = (n: number) => n % 10 === 7

let linked: LinkedApp | undefined
afterEach(async () => {
  await linked?.close()
  linked = undefined
})

test('200 messages that waited in chats of two and in groups: in order, once each, and the stale ones not at all', async () => {
  linked = await startLinkedApp({ built: true })
  const { emulator, switchOn } = linked
  const people = ['Ana', 'Ben', 'Cleo', 'Dora'].map((name, n) =>
    emulator.contact({ name, pn: `1555000600${n}`, lid: `86000000${n}` }),
  )
  const [ana, ben, cleo, dora] = people
  if (!ana || !ben || !cleo || !dora) throw new Error('Four people were made.')
  const groups = [
    emulator.group({ subject: 'Weekend', members: [ana, ben, cleo] }),
    emulator.group({ subject: 'Work', members: [cleo, dora] }),
  ]
  const [weekend, work] = groups
  if (!weekend || !work) throw new Error('Two groups were made.')
  /** Who writes where, in turns; two people take turns in the first group. */
  const places: { who: Contact; group?: Group }[] = [
    ...people.map((who) => ({ who })),
    { who: ana, group: weekend },
    { who: ben, group: weekend },
    { who: dora, group: work },
  ]
  const say = ({ who, group }: (typeof places)[number], text: string, time: number) =>
    group ? who.sayIn(group, text, { time }) : who.say(text, { time })
  for (const place of places) await say(place, 'hello', Date.now())
  for (const chat of [...people, ...groups]) await switchOn(chat)
  await linked.app.stop()

  const asked: { said: Said; chat: Contact | Group; stale: boolean }[] = []
  for (let n = 0; n < MESSAGES; n++) {
    const place = places[n % places.length] ?? { who: ana }
    const time = Date.now() - (isStale(n) ? 3_600_000 : 0)
    const said = await say(place, `question ${n}`, time)
    asked.push({ said, chat: place.group ?? place.who, stale: isStale(n) })
  }
  await linked.start()

  const readers = new Map<Contact | Group, Contact[]>([
    ...people.map((one): [Contact, Contact[]] => [one, [one]]),
    [weekend, [ana, ben, cleo]],
    [work, [cleo, dora]],
  ])
  const isIn = (chat: Contact | Group, from: string) =>
    'subject' in chat ? from === chat.jid : !from.endsWith('@g.us')
  const seenBy = (reader: Contact, chat: Contact | Group) =>
    reader.inbox.items.filter((item) => isIn(chat, item.chat)).map(({ quotedId }) => quotedId)
  const wanted = (chat: Contact | Group) =>
    asked.filter((one) => one.chat === chat && !one.stale).map(({ said }) => said.id)
  for (const [chat, all] of readers) {
    const due = wanted(chat)
    for (const reader of all) await reader.inbox.collect(due.length, (item) => isIn(chat, item.chat), 120_000)
  }
  // One more in each chat: what should not come would have come before it.
  for (const place of places) {
    const last = await say(place, 'and now', Date.now())
    asked.push({ said: last, chat: place.group ?? place.who, stale: false })
    await place.who.next(({ quotedId }) => quotedId === last.id, 60_000)
  }
  for (const [chat, all] of readers) {
    for (const reader of all) await expect.poll(() => seenBy(reader, chat)).toEqual(wanted(chat))
  }
  expect(asked.filter(({ stale }) => stale)).toHaveLength(MESSAGES / 10)
  const skipped = (await linked.activity()).filter(({ reason }) => reason?.code === 'too-old')
  expect(skipped).toHaveLength(MESSAGES / 10)
  expect(emulator.counters.undecryptable + emulator.signal.reusedCounters).toBe(0)
})
