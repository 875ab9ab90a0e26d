import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Contact, Emulator } from '../../emulator/index.ts'
import { createRig, type Rig, startEmulator, until } from './whatsapp.test-kit.ts'

let emulator: Emulator
let rig: Rig
let ana: Contact
beforeEach(async () => {
  emulator = await startEmulator()
  rig = createRig(emulator)
  ana = emulator.contact({ name: 'Ana', pn: '15550000011', lid: '900000011' })
  rig.start()
})
afterEach(async () => {
  await rig.close()
  await emulator.close()
})

const openRows = () => {
  const db = new Database(rig.sessionPath, { readonly: true })
  const rows = Number(db.prepare('SELECT count(*) FROM journal WHERE closed_at IS NULL').pluck().get())
  db.close()
  return rows
}
const id = (n: number) => `3EB0${String(n).padStart(18, 'A')}`

describe('linking', () => {
  it('by QR: receives, answers with a quote, hears the ack', async () => {
    await rig.open()
    const said = await ana.say('hello')
    await until(() => rig.messages.length > 0, 'the message')
    const [message] = rig.messages
    expect(message).toMatchObject({ text: 'hello', messageId: said.id, kind: 'text', origin: 'live', senderJid: '' })
    if (!message) return
    await rig.answer(message, 're hello', id(1))
    await until(() => rig.acks.length > 0 && ana.inbox.items.length > 0, 'ack and answer')
    expect(rig.acks).toEqual([{ waMessageId: id(1) }])
    expect(ana.inbox.items[0]).toMatchObject({ text: 're hello', quotedId: said.id })
    expect(rig.messages.at(-1)).toMatchObject({ origin: 'own', fromMe: true, fromOtherDevice: false, senderJid: 'me' })
    expect(rig.states).toEqual(['connecting', 'pairing', 'connecting', 'catching-up', 'open'])
    expect(rig.mappings.get(ana.pn)).toBe(ana.lid)
    if (process.platform !== 'win32') expect(statSync(rig.sessionPath).mode & 0o777).toBe(0o600)
    expect(emulator.errors).toEqual([])
  })

  it('by code', async () => {
    await rig.wa.connect()
    const code = await rig.wa.requestPairingCode('+1 555 000 0001')
    expect(rig.wa.session()).toMatchObject({ state: 'pairing', pairingCode: code })
    expect(rig.wa.session().qr).toBeUndefined()
    await emulator.owner.enterCode(code)
    await until(() => rig.wa.session().state === 'open', 'open')
  })

  it('shows a fresh code when the server asks for one', async () => {
    emulator.faults.refreshAtNextScan()
    await rig.open()
    expect(rig.wa.session().state).toBe('open')
  })

  it('explains the passkey wall', async () => {
    await rig.wa.connect()
    await until(() => rig.wa.session().state === 'pairing', 'a code')
    emulator.faults.passkeyRequired()
    await until(() => rig.wa.session().state === 'closed', 'closed')
    expect(rig.wa.session().problem?.code).toBe('passkey-required')
  })

  it('stops when nobody scanned, and shows a new code on request', async () => {
    await rig.wa.dispose()
    rig.start({ timing: { qrTimeout: 20 } })
    await rig.wa.connect()
    await until(() => rig.wa.session().state === 'closed', 'closed')
    expect(rig.wa.session().problem?.code).toBe('pairing-timed-out')
    await rig.wa.connect()
    await until(() => rig.wa.session().state === 'pairing', 'a new code')
  })

  it('unlinks: keys go, the phone forgets the device, another start is unlinked', async () => {
    await rig.open()
    await rig.wa.logout()
    expect(rig.wa.session()).toMatchObject({ state: 'unlinked' })
    expect(rig.wa.session().me).toBeUndefined()
    expect(rig.unlinked).toEqual([1])
    await rig.wa.dispose()
    rig.start()
    expect(rig.wa.session().state).toBe('unlinked')
    await rig.open()
  })
})

describe('the server of a session', () => {
  it('linked to an emulator it never connects to the real WhatsApp', async () => {
    await rig.open()
    await rig.wa.dispose()
    const wa = rig.start({ emulatorUrl: undefined })
    await wa.connect()
    expect(wa.session()).toMatchObject({ state: 'closed', problem: { code: 'emulator-mismatch' } })
  })

  it('is no other machine', async () => {
    await rig.wa.dispose()
    const wa = rig.start({ emulatorUrl: 'ws://192.0.2.1:9/ws/chat' })
    await wa.connect()
    expect(wa.session()).toMatchObject({ state: 'closed', problem: { code: 'emulator-mismatch' } })
  })

  it('held a real account: no emulator', async () => {
    await rig.wa.dispose()
    const db = new Database(rig.sessionPath)
    db.prepare("INSERT INTO facts VALUES ('server', 'real')").run()
    db.close()
    rig.start()
    const before = emulator.counters.connections
    await rig.wa.connect()
    expect(rig.wa.session().problem?.code).toBe('emulator-mismatch')
    expect(emulator.counters.connections).toBe(before)
  })
})

describe('receiving', () => {
  it('keeps groups, their members and both forms of a sender', async () => {
    const group = emulator.group({ subject: 'Family', members: [ana] })
    await rig.open()
    await until(() => rig.groups.has(group.jid), 'the group')
    await ana.sayIn(group, 'hi all')
    await until(() => rig.texts().includes('hi all'), 'the message')
    const message = rig.messages.find(({ text }) => text === 'hi all')
    expect(message).toMatchObject({ chatJid: group.jid, senderJid: ana.lid, senderAltJid: ana.pn })
    if (message) await rig.answer(message, 'hello back', id(2))
    expect((await ana.next(({ text }) => text === 'hello back')).text).toBe('hello back')
  })

  it('flags what another device of the account wrote', async () => {
    await rig.open()
    await emulator.owner.say(ana, 'by hand')
    await until(() => rig.texts().includes('by hand'), 'the message')
    const message = rig.messages.find(({ text }) => text === 'by hand')
    expect(message).toMatchObject({ fromMe: true, fromOtherDevice: true, senderJid: 'me' })
    expect([ana.lid, ana.pn]).toContain(message?.chatJid)
  })

  it('stores history under its own origin, and its mappings', async () => {
    await rig.open()
    await emulator.owner.sendHistory([
      { with: ana.account, messages: [{ text: 'old', time: Date.now() - 86_400_000 }] },
    ])
    await until(() => rig.history.some(({ messages }) => messages.length > 0), 'history')
    const chunk = rig.history.find(({ messages }) => messages.length > 0)
    expect(chunk?.messages[0]).toMatchObject({ text: 'old', origin: 'history' })
    expect(rig.texts()).toEqual([])
    await until(() => rig.mappings.get(ana.pn) === ana.lid, 'the mapping')
    await until(() => openRows() === 0, 'a closed journal')
  })

  it('catches up in order and once, without the mark and with offline="0"', async () => {
    await rig.open()
    await rig.wa.disconnect()
    for (let n = 0; n < 50; n++) await ana.say(`queued ${n}`)
    emulator.faults.withholdOfflineMark(true)
    emulator.faults.offlineAttribute('0')
    await rig.wa.connect()
    await until(() => rig.texts().length === 50, '50 messages', 5000)
    expect(rig.texts()).toEqual(Array.from({ length: 50 }, (_, n) => `queued ${n}`))
    expect(rig.wa.outbound.ready()).toBe(false)
    await until(() => rig.wa.session().state === 'open', 'open', 6000)
  })

  it('replaces what could not be read by what could', async () => {
    await rig.open()
    await ana.say('first')
    emulator.faults.corruptNext()
    const said = await ana.say('second')
    await until(
      () => rig.messages.some(({ messageId, kind }) => messageId === said.id && kind === 'text'),
      'the resend',
    )
    expect(rig.messages.filter(({ messageId }) => messageId === said.id)).toHaveLength(1)
  })

  it('brings again, in order, what the store refused', async () => {
    await rig.open()
    rig.refuse = new Error('full')
    for (let n = 0; n < 5; n++) await ana.say(`message ${n}`)
    await sleep(300)
    expect(rig.messages).toEqual([])
    rig.refuse = undefined
    await until(() => rig.messages.length === 5, 'all')
    expect(rig.texts()).toEqual([0, 1, 2, 3, 4].map((n) => `message ${n}`))
    await until(() => openRows() === 0, 'a closed journal')
  })

  it('keeps an own message while the store cannot be asked', async () => {
    let away = true
    await rig.wa.dispose()
    rig.start({
      isOwnMessage: () => {
        if (away) throw new Error('the file is being swapped')
        return false
      },
    })
    await rig.open()
    await emulator.owner.say(ana, 'by hand')
    await until(() => openRows() === 1, 'a journal entry')
    await sleep(200)
    expect(rig.messages).toEqual([])
    away = false
    await until(() => rig.texts().includes('by hand'), 'the message')
  })

  it('brings again after a restart what the store never took', async () => {
    const group = emulator.group({ subject: 'Family', members: [ana] })
    await rig.open()
    rig.refuse = new Error('full')
    await ana.say('one')
    await ana.sayIn(group, 'two')
    await emulator.owner.sendHistory([{ with: ana.account, messages: [{ text: 'old', time: Date.now() }] }])
    await until(() => openRows() >= 3, 'journal entries')
    await sleep(300)
    await rig.wa.dispose()
    rig.refuse = undefined
    rig.start()
    await rig.open()
    await until(() => rig.messages.length === 2 && rig.history.length > 0, 'everything')
    expect(rig.texts()).toEqual(['one', 'two'])
  })
})

describe('a failing session.db', () => {
  it('leaves before a receipt or refusal; the message comes again', async () => {
    await rig.open()
    await ana.say('before')
    await until(() => rig.texts().length === 1, 'the first')
    await sleep(100)
    const db = new Database(rig.sessionPath)
    db.exec("CREATE TRIGGER broken BEFORE INSERT ON journal BEGIN SELECT RAISE(FAIL, 'disk is full'); END")
    const { receipts, refusals, retriesWanted } = { ...emulator.counters }
    await ana.say('during')
    await until(() => rig.wa.session().state === 'waiting', 'waiting')
    expect(rig.wa.session().problem?.code).toBe('storage-failed')
    await sleep(300)
    expect(emulator.counters).toMatchObject({ receipts, refusals, retriesWanted })
    db.exec('DROP TRIGGER broken')
    db.close()
    await until(() => rig.texts().includes('during'), 'the message again')
    await ana.say('after')
    await until(() => rig.texts().includes('after'), 'the next')
    expect(emulator.signal.reusedCounters).toBe(0)
  })
})

describe('the connection', () => {
  it('comes back after 515 at once and after a drop soon', async () => {
    await rig.open()
    for (const fault of [() => emulator.faults.streamError(515), () => emulator.faults.dropSocket()]) {
      const logins = emulator.counters.logins
      const start = Date.now()
      fault()
      await until(() => emulator.counters.logins > logins && rig.wa.session().state === 'open', 'open again')
      expect(Date.now() - start).toBeLessThan(1000)
    }
  })

  it.each([
    [440, 'replaced'],
    [401, 'logged-out'],
    [403, 'banned'],
    [411, 'multi-device-mismatch'],
  ] as const)('stops at %i and makes no further attempt', async (code, problem) => {
    await rig.open()
    const { connections } = emulator.counters
    emulator.faults.streamError(code)
    await until(() => rig.wa.session().state === 'closed', 'closed')
    expect(rig.wa.session().problem?.code).toBe(problem)
    await sleep(500)
    expect(emulator.counters.connections).toBe(connections)
  })

  it('tries a refused version once more and then stops', async () => {
    await rig.open()
    emulator.faults.refuseLogin(405, 5)
    const { connections } = emulator.counters
    emulator.faults.dropSocket()
    await until(() => rig.wa.session().state === 'closed', 'closed')
    expect(rig.wa.session().problem?.code).toBe('client-too-old')
    expect(emulator.counters.connections - connections).toBe(2)
  })

  it('notices a half-open connection', async () => {
    await rig.open()
    await rig.wa.dispose()
    rig.start({ timing: { watchEvery: 50, silence: 200, pingLimit: 200 } })
    await rig.open()
    emulator.faults.halfOpen()
    await until(() => rig.states.at(-1) === 'waiting' || rig.states.at(-1) === 'connecting', 'noticed', 2000)
    await until(() => rig.wa.session().state === 'open', 'open again')
  })

  it('sleeps and wakes', async () => {
    await rig.open()
    rig.wa.suspend()
    expect(rig.wa.session()).toMatchObject({ state: 'waiting' })
    expect(rig.pause.current()).toMatchObject({ reason: 'suspend' })
    rig.wa.resume()
    await until(() => rig.wa.session().state === 'open', 'open')
    expect(rig.pause.current()).toBeUndefined()
  })

  it('goes by the server, whatever the local clock says', async () => {
    emulator.setClockOffset(3 * 3_600_000)
    await rig.open()
    expect(Math.abs(rig.wa.serverNow() - (Date.now() + 3 * 3_600_000))).toBeLessThan(2000)
  })

  it('rests while the account is restricted, and lifts the pause by hand', async () => {
    await rig.open()
    emulator.faults.reachoutTimelock(new Date(Date.now() + 60_000))
    await until(() => !rig.wa.outbound.ready(), 'a pause')
    expect(rig.wa.session()).toMatchObject({ problem: { code: 'reachout-timelock' } })
    const end = rig.pause.current()?.until ?? 0
    expect(end - Date.now()).toBeGreaterThan(50_000)
    // A restart does not end it: the end is kept with the account's keys.
    await rig.wa.dispose()
    rig.start()
    expect(rig.pause.current()).toEqual({ reason: 'timelock', until: end })
    await rig.open()
    expect(rig.wa.outbound.ready()).toBe(false)
    expect(rig.wa.session().problem?.code).toBe('reachout-timelock')
    rig.pause.resume()
    expect(rig.wa.outbound.ready()).toBe(true)
    expect(rig.wa.session().problem).toBeUndefined()
    await rig.wa.dispose()
    rig.start()
    expect(rig.pause.current()).toBeUndefined()
  })
})

describe('sending', () => {
  it('answers a burst beside receiving it: no counter twice, all readable', async () => {
    const ben = emulator.contact({ name: 'Ben', pn: '15550000012', lid: '900000012' })
    const people = [ana, ben]
    const pending: Promise<void>[] = []
    let n = 100
    await rig.wa.dispose()
    rig.start({
      onMessages: (batch) => {
        for (const message of batch)
          if (!message.fromMe) pending.push(rig.answer(message, `re ${message.text}`, id(n++)))
      },
    })
    await rig.open()
    for (const person of people) await person.say('warm')
    await until(() => rig.texts().length === 2, 'the first of each')
    for (let i = 1; i < 100; i++) await Promise.all(people.map((person) => person.say(`burst ${i}`)))
    await until(() => people.every(({ inbox }) => inbox.count >= 100), 'all answers', 30_000)
    await Promise.all(pending)
    expect(emulator.signal.reusedCounters).toBe(0)
    expect(emulator.counters.undecryptable).toBe(0)
    expect(emulator.signal.checked).toBeGreaterThan(199)
  }, 40_000)

  it('gives a contact one privacy token, whatever is sent', async () => {
    await rig.open()
    await ana.say('hi')
    await until(() => rig.messages.length > 0, 'the message')
    const [message] = rig.messages
    for (let i = 0; message && i < 5; i++) await rig.answer(message, `answer ${i}`, id(i))
    await until(() => ana.inbox.count >= 5, 'the answers')
    await sleep(100)
    const tokens = Object.entries(emulator.counters.iq).filter(([name]) => name.includes('tokens'))
    expect(tokens.map(([, count]) => count)).toEqual([1])
  })

  it('resends what a recipient could not read', async () => {
    await rig.open()
    await ana.say('hi')
    await until(() => rig.messages.length > 0, 'the message')
    ana.failNext(1)
    const [message] = rig.messages
    if (message) await rig.answer(message, 'again', id(7))
    expect((await ana.next(({ text }) => text === 'again')).id).toBe(id(7))
  })

  it('hears a refusal', async () => {
    await rig.open()
    await ana.say('hi')
    await until(() => rig.messages.length > 0, 'the message')
    emulator.faults.refuseMessages(479)
    const [message] = rig.messages
    if (message) await rig.answer(message, 'no', id(8))
    await until(() => rig.acks.length > 0, 'the refusal')
    expect(rig.acks).toEqual([{ waMessageId: id(8), error: '479' }])
  })
})

it('logs no text, number, id or key', async () => {
  await rig.open()
  await ana.say('a secret sentence')
  emulator.faults.corruptNext()
  const said = await ana.say('another secret')
  await until(() => rig.messages.length === 2, 'both')
  const log = rig.logged.join('\n')
  expect(log).not.toBe('')
  for (const secret of ['secret', '15550000011', '900000011', '15550000001', said.id]) expect(log).not.toContain(secret)
})
