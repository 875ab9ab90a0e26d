import { randomBytes } from 'node:crypto'
import { Browsers } from '@whiskeysockets/baileys'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bot, createBot, until } from './bot.test-kit.ts'
import { createEmulator, type Emulator } from './index.ts'

let emulator: Emulator
let bot: Bot
beforeEach(async () => {
  emulator = await createEmulator()
  bot = createBot(emulator, { browser: Browsers.ubuntu('Chrome') })
})
afterEach(async () => {
  await bot.close()
  await emulator.close()
})

const secretOf = (qr: string) => qr.split(',')[3] ?? ''
const codes = () => bot.closes.map(({ code }) => code)

test('by QR code: restart required, login, one-time keys on the server, our LID known', async () => {
  await bot.open()
  expect(codes()).toEqual([515])
  expect(emulator.owner.device?.preKeysLeft).toBeGreaterThan(800)
  expect(bot.creds.me?.lid).toBe('900000001:1@lid')
  expect(emulator.counters).toMatchObject({ connections: 2, logins: 1 })
})

test('a code that no connected client shows is refused by name', async () => {
  expect(() => emulator.owner.scan('https://wa.me/settings/linked_devices#ref,a,b,c,1')).toThrow(/connected now/)
  expect(() => emulator.owner.scan('hello')).toThrow(/not a QR code/)
})

test('by pairing code, and not with a mistyped one', async () => {
  let shown: string | undefined
  bot.onQr = () => {
    if (shown === undefined) {
      shown = ''
      void bot.socket.requestPairingCode('15550000001').then((code) => {
        shown = code
      })
    }
  }
  bot.start()
  await until(() => Boolean(shown) && emulator.counters.iq['set md link_code_companion_reg'] === 1, 'the code')
  await expect(emulator.owner.enterCode('AAAA-AAAA')).rejects.toMatchObject({ code: 'code-wrong' })
  await emulator.owner.enterCode(`${shown?.slice(0, 4)}-${shown?.slice(4)}`)
  await until(() => bot.opens === 1, 'the connection to open')
  expect(bot.creds.registered).toBe(true)
  const ana = emulator.contact({ name: 'Ana', pn: '5511999990001', lid: '700000001' })
  await ana.say('hello')
  expect((await ana.next()).text).toBe('re hello')
})

test('a code that nobody asked for, and a display name that the server refuses', async () => {
  await expect(emulator.owner.enterCode('ABCDEFGH')).rejects.toMatchObject({ code: 'code-unasked' })
  emulator.faults.refuseIq('link_code_companion_reg', 400, 'bad-request')
  const errors: (string | undefined)[] = []
  bot.onQr = () => {
    bot.socket.ws.on('CB:iq,type:error', (node: { content: { attrs: { code: string } }[] }) => {
      errors.push(node.content[0]?.attrs.code)
    })
    void bot.socket.requestPairingCode('15550000001')
  }
  bot.start()
  await until(() => errors.length > 0, 'the refusal')
  expect(errors).toEqual(['400'])
  await expect(emulator.owner.enterCode('ABCDEFGH')).rejects.toMatchObject({ code: 'code-unasked' })
})

test('companion_reg_refresh: a new secret links, the retired one is ignored', async () => {
  emulator.faults.refreshAtNextScan()
  const outcomes: string[] = []
  bot.onQr = (qr) => {
    const current = bot.socket
    current.ws.on('CB:notification,type:companion_reg_refresh', () => {
      outcomes.push(emulator.owner.scan(qr))
      bot.creds.advSecretKey = randomBytes(32).toString('base64')
      outcomes.push(emulator.owner.scan(qr.replace(secretOf(qr), bot.creds.advSecretKey)))
    })
    outcomes.push(emulator.owner.scan(qr))
  }
  bot.start()
  await until(() => bot.opens === 1, 'the connection to open')
  expect(outcomes).toEqual(['refreshed', 'ignored', 'linked'])
})

test('a passkey prologue reaches the client that is pairing', async () => {
  let seen = 0
  bot.onQr = () => {
    bot.socket.ws.on('CB:notification,type:passkey_prologue_request', () => {
      seen++
    })
    emulator.faults.passkeyRequired()
  }
  bot.start()
  await until(() => seen === 1, 'the notification')
})

test('references run out: the client ends with 408', async () => {
  const impatient = createBot(emulator, { qrTimeout: 20 })
  impatient.onQr = () => undefined
  impatient.start()
  await until(() => impatient.closes.length === 1, 'the end')
  expect(impatient.closes).toEqual([{ code: 408 }])
  expect(new Set(impatient.qrs).size).toBe(6)
  await impatient.close()
})

test('unlinked from the phone: 401 now and at every later login; another link gets another device', async () => {
  await bot.open()
  emulator.owner.unlink()
  await until(() => codes().includes(401), 'the 401')
  expect(emulator.owner.device).toBeUndefined()
  bot.start()
  await until(() => codes().length === 3, 'the second refusal')
  expect(codes()).toEqual([515, 401, 401])

  const next = createBot(emulator)
  await next.open()
  expect(emulator.owner.device?.lid).toBe('900000001:2@lid')
  await next.close()
})

test('a client that logs out is gone from the account', async () => {
  await bot.open()
  await bot.socket.logout()
  await until(() => emulator.owner.device === undefined, 'the unlinking')
})
