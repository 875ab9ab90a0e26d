import { createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { downloadMediaMessage, type WAMessage } from '@whiskeysockets/baileys'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bot, createBot, until } from './bot.test-kit.ts'
import { type Contact, createEmulator, type Emulator } from './index.ts'
import { encryptMedia } from './media.ts'

let emulator: Emulator
let bot: Bot
let ana: Contact
beforeEach(async () => {
  emulator = await createEmulator()
  ana = emulator.contact({ name: 'Ana', pn: '5511999990001', lid: '700000001' })
  bot = createBot(emulator)
  await bot.open()
})
afterEach(async () => {
  await bot.close()
  await emulator.close()
})

async function arrived(): Promise<WAMessage> {
  const media = () => bot.received.find(({ message }) => message.message?.imageMessage ?? message.message?.audioMessage)
  await until(() => media() !== undefined, 'the media message')
  const found = media()
  if (!found) throw new Error('It was there a moment ago.')
  return found.message
}
const download = (message: WAMessage) => downloadMediaMessage(message, 'buffer', {})

test('an image with its caption, downloaded and decrypted', async () => {
  const file = Buffer.from('not really a picture'.repeat(1_000))
  await ana.image(file, { caption: 'look' })
  const message = await arrived()
  expect(message.message?.imageMessage).toMatchObject({ caption: 'look', mimetype: 'image/jpeg' })
  expect((await download(message)).equals(file)).toBe(true)
})

test('a voice note in a group', async () => {
  const group = emulator.group({ subject: 'Demo', members: [ana] })
  const file = Buffer.alloc(50_000, 7)
  await ana.voice(file, { in: group, seconds: 9 })
  const message = await arrived()
  expect(message.key.remoteJid).toBe(group.jid)
  expect(message.message?.audioMessage).toMatchObject({ ptt: true, seconds: 9 })
  expect((await download(message)).equals(file)).toBe(true)
})

test.each([404, 410])('expired with %i, uploaded again by the phone on request', async (status) => {
  await ana.image(Buffer.from('picture'))
  const message = await arrived()
  emulator.faults.mediaStatus(status)
  await expect(download(message)).rejects.toThrow()
  emulator.faults.mediaStatus(undefined)
  const before = message.message?.imageMessage?.directPath
  const updated = await bot.socket.updateMediaMessage(message)
  expect(updated.message?.imageMessage?.directPath).toMatch(/^\/media\//)
  expect(updated.message?.imageMessage?.directPath).not.toBe(before)
})

test('a file that the phone has deleted stays gone', async () => {
  const said = await ana.image(Buffer.from('picture'))
  const message = await arrived()
  ana.deleteFile(said)
  await expect(download(message)).rejects.toThrow()
  await expect(bot.socket.updateMediaMessage(message)).rejects.toThrow(/re-upload/)
})

test('the file on the server is CBC under derived keys with a cut MAC, as the format says', () => {
  const mediaKey = Buffer.alloc(32, 3)
  const plain = Buffer.from('sixteen bytes...and more')
  const sealed = encryptMedia(plain, mediaKey, 'Audio')
  // Node's own HKDF with an empty salt, where the emulator uses Baileys'.
  const keys = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), 'WhatsApp Audio Keys', 112))
  const [iv, key, macKey] = [keys.subarray(0, 16), keys.subarray(16, 48), keys.subarray(48, 80)]
  const body = sealed.subarray(0, -10)
  const mac = createHmac('sha256', macKey).update(iv).update(body).digest()
  expect(sealed.subarray(-10).equals(mac.subarray(0, 10))).toBe(true)
  const decipher = createDecipheriv('aes-256-cbc', key, iv)
  expect(Buffer.concat([decipher.update(body), decipher.final()]).equals(plain)).toBe(true)
})

test('a length that is a lie', async () => {
  await ana.image(Buffer.from('picture'), { claimedLength: 900_000_000 })
  expect(Number((await arrived()).message?.imageMessage?.fileLength)).toBe(900_000_000)
})
