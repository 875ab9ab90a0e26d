import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Page } from 'playwright-core'
import { afterEach, expect, test } from 'vitest'
import { createEmulator } from '../emulator/index.ts'
import { inEachHost } from './hosts.ts'

const disposals: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose()
})

/** A model behind a real HTTP endpoint: it answers with what it was asked, in capitals. */
async function modelEndpoint(): Promise<string> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      const { messages } = JSON.parse(body || '{}') as { messages?: { role: string; content: string }[] }
      const content = `TRANSLATED ${messages?.at(-1)?.content.toUpperCase() ?? ''}`
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({
          id: 'x',
          object: 'chat.completion',
          created: 1,
          model: 'm',
          choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
        }),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  disposals.push(() => new Promise((resolve) => server.close(resolve)))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

async function switchOn(page: Page, chat: string, bot: string): Promise<void> {
  await page.getByRole('link', { name: 'Chats' }).click()
  await page.getByRole('option', { name: chat }).click()
  const row = page.getByRole('switch', { name: new RegExp(bot) })
  if (!(await row.isVisible())) {
    const add = page.getByRole('button', { name: /add a bot|assign/i })
    if (await add.isVisible()) await add.click()
  }
  await row.click({ force: true })
  await expect.poll(() => row.isChecked()).toBe(true)
}

inEachHost((start) => {
  test('a contact writes, and reads an answer that the page showed as it happened', async () => {
    const emulator = await createEmulator()
    disposals.push(() => emulator.close())
    const ana = emulator.contact({ name: 'Ana Souza', pn: '5511999990001', lid: '700000001' })
    const ben = emulator.contact({ name: 'Ben Carter', pn: '447700900001', lid: '700000002' })
    const group = emulator.group({ subject: 'Weekend', members: [ana, ben] })
    const host = await start({
      emulatorUrl: emulator.url,
      env: { OPENAI_BASE_URL: await modelEndpoint(), OPENAI_MODEL: 'm', OPENAI_API_KEY: 'k' },
    })
    disposals.push(() => host.close())
    const { page } = host

    await host.open('/welcome')
    await page.getByRole('checkbox', { name: /I understand/ }).click()
    await page.getByRole('button', { name: /next|continue/i }).click()
    await page.getByRole('button', { name: /next|continue/i }).click()
    await page.getByRole('button', { name: 'Show the code as text' }).click()
    const qr = (await page.getByText(/linked_devices#/).textContent()) ?? ''
    expect(emulator.owner.scan(qr.trim())).toBe('linked')
    await page.getByText(/Linked as|is linked/).waitFor()

    // Chats appear as people write, and nobody is answered yet.
    await ana.say('Bom dia')
    await ben.sayIn(group, 'Who brings the cake?')
    await host.open('/chats')
    await page.getByRole('option', { name: /Ana Souza/ }).waitFor()
    await page.getByRole('option', { name: /Weekend/ }).waitFor()
    await switchOn(page, 'Ana Souza', 'Translation')
    await switchOn(page, 'Weekend', 'Translation')

    await page.getByRole('option', { name: /Ana Souza/ }).click()
    const answer = ana.next((item) => item.chat !== group.jid, 15_000)
    const asked = await ana.say('Onde fica a estação?')
    const got = await answer
    expect(got.text).toBe('[ai] TRANSLATED ONDE FICA A ESTAÇÃO?')
    expect(got.quotedId).toBe(asked.id)
    await page.getByText('TRANSLATED ONDE FICA A ESTAÇÃO?').first().waitFor()

    const everyone = [ana, ben].map((member) => member.next((item) => item.text?.includes('CAKE') ?? false, 15_000))
    const question = await ben.sayIn(group, 'I bring the cake')
    for (const item of await Promise.all(everyone)) {
      expect(item.text).toBe('[ai] TRANSLATED I BRING THE CAKE')
      expect(item.quotedId).toBe(question.id)
    }

    const db = new Database(join(host.dataDirectory, 'messages.db'), { readonly: true })
    const processed = db.prepare('SELECT message_id, bot_name FROM processed_messages ORDER BY id').all()
    db.close()
    expect(processed).toEqual([
      { message_id: asked.id, bot_name: 'translation' },
      { message_id: question.id, bot_name: 'translation' },
    ])
  })
})
