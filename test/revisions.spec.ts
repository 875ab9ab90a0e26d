import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { proto } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { freePort, linkApp, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { createEmulator } from '../emulator/index.ts'

const Messages = z.array(z.object({ message_id: z.string(), text: z.string().nullable() }))
const { Type } = proto.Message.ProtocolMessage

test('an edited message shows its new text, a deleted one none, and neither is answered again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whatslang-revisions-'))
  const emulator = await createEmulator({ history: false })
  const app = spawnApp({
    dataDirectory: join(folder, 'data'),
    emulatorUrl: emulator.url,
    port: await freePort(),
    token: newToken(),
    env: { WHATSLANG_PACING: 'off' },
  })
  try {
    await app.listening()
    await linkApp(app, (qr) => emulator.owner.scan(qr))
    const ana = emulator.contact({ name: 'Ana', pn: '15550004001', lid: '840000001' })
    await ana.say('hello')
    const chat = '/chats/840000001%40lid'
    await expect
      .poll(() =>
        app.api('GET', chat).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
    await app.api('PUT', `${chat}/bots/echo`, { enabled: true })
    const said = await ana.say('a typing eror')
    await ana.next(({ quotedId }) => quotedId === said.id)

    const stored = async () => {
      const items = Messages.parse(await app.api('GET', `${chat}/messages?limit=50`))
      return items.find(({ message_id }) => message_id === said.id)?.text
    }
    const key = { id: said.id, fromMe: true, remoteJid: emulator.owner.lid }
    const editedMessage = { conversation: 'a typing error' }
    await ana.send({ protocolMessage: { type: Type.MESSAGE_EDIT, key, editedMessage } })
    await expect.poll(stored).toBe('a typing error')
    await ana.send({ protocolMessage: { type: Type.REVOKE, key } })
    await expect.poll(stored).toBeNull()
    await sleep(500)
    expect(ana.inbox.items).toHaveLength(1)
  } finally {
    await app.stop()
    await emulator.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
