// What an imported Python service had answered can be found on the page: from the activity, from a chat, and by its words.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { chromium } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { freePort, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { createEmulator } from '../emulator/index.ts'
import { chromiumPath } from './chromium.ts'

beforeAll(() => bundle())

test('answers of an imported file are listed, searched, and reached from their chat', async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'whatslang-earlier-'))
  const file = join(dataDirectory, 'messages.db')
  copyFileSync(join(import.meta.dirname, 'fixtures/compat/generation-7.db'), file)
  const db = new Database(file)
  db.exec(`INSERT INTO chats (chat_jid, chat_name) VALUES ('1203639999@g.us', 'Reading group');
    INSERT INTO processed_messages (message_id, bot_name, original_text, response_text, metadata) VALUES
      ('N1', 'joke', 'Tell me one about books', 'It was a real page-turner.', 'forwarded_to=1203639999@g.us')`)
  db.close()
  const emulator = await createEmulator()
  const token = newToken()
  const app = spawnApp({ dataDirectory, emulatorUrl: emulator.url, port: await freePort(), token, built: true })
  const browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox'] })
  try {
    await app.listening()
    const rest = await fetch(`${app.url}/api/activity/earlier?query=turner&limit=5`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(await rest.json()).toMatchObject([{ message_id: 'N1', forwarded_jid: '1203639999@g.us', chat_jid: null }])

    const page = await browser.newPage({ locale: 'en-US' })
    await page.goto(`${app.url}/#token=${token}`)
    await page.goto(`${app.url}/#/activity`)
    await page.getByRole('link', { name: 'Earlier answers' }).click()
    const list = page.getByRole('list', { name: 'Earlier answers' })
    await list.getByText('It was a real page-turner.').waitFor()
    await page.getByRole('searchbox').fill('no such words at all')
    await page.getByText('Nothing matches these filters.').waitFor()
    await page.getByRole('searchbox').fill('books')
    await expect.poll(() => list.getByRole('listitem').count()).toBe(1)
    await list.getByRole('link', { name: 'Reading group' }).click()
    await page.getByRole('heading', { name: 'Reading group' }).waitFor()
    await page.getByRole('link', { name: 'Earlier answers of an imported service' }).click()
    await list.getByText('It was a real page-turner.').waitFor()
    expect(await list.getByRole('listitem').count()).toBe(1)
  } finally {
    await browser.close()
    await app.stop()
    await emulator.close()
    rmSync(dataDirectory, { recursive: true, force: true })
  }
})
