// A part of a backup is restored on the page, its settings are offered, and after a restart the page still offers the way back.
// WHATSLANG_PICTURES names a folder: what is shown is then also kept as pictures, in both sizes and schemes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import Database from 'better-sqlite3'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { openStore } from '../main/store/index.ts'
import { type HostUnderTest, headless } from './hosts.ts'

const pictures = process.env.WHATSLANG_PICTURES
const ANA = '5511900000001@s.whatsapp.net'
const BEA = '5511900000002@s.whatsapp.net'
let host: HostUnderTest

function seed(messages: number, prefix: string): void {
  const store = openStore({ path: join(host.dataDirectory, 'messages.db') })
  try {
    const accountId = store.accounts.link({ jid: '5511900000000:4@s.whatsapp.net' }).id
    for (const [jid, name] of [
      [ANA, 'Ana Demo'],
      [BEA, 'Bea Demo'],
    ] as const) {
      const chat = store.chats.resolve(accountId, jid)
      store.chats.name(chat.id, name, 'contact')
      for (let n = 0; n < messages; n++) {
        store.messages.insert({
          accountId,
          chatJid: jid,
          messageId: `${prefix}${jid}${n}`,
          senderJid: '',
          fromMe: false,
          sentAt: Date.now(),
          receivedAt: Date.now(),
          origin: 'live',
          kind: 'text',
          text: `Message ${n}`,
        })
      }
    }
  } finally {
    store.close()
  }
}
const count = (jid: string): number => {
  const db = new Database(join(host.dataDirectory, 'messages.db'), { readonly: true })
  try {
    return Number(
      db
        .prepare('SELECT count(*) FROM messages m JOIN chats c ON c.id = m.chat_id WHERE c.chat_jid = ?')
        .pluck()
        .get(jid),
    )
  } finally {
    db.close()
  }
}
const settingsFile = () => join(host.dataDirectory, 'settings.json')
const settings = () => JSON.parse(readFileSync(settingsFile(), 'utf8')) as Record<string, unknown>

async function keep(name: string): Promise<void> {
  if (!pictures) return
  const { page } = host
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const [width, height] of [
      [1280, 800],
      [900, 600],
    ] as const) {
      await page.setViewportSize({ width, height })
      await page.screenshot({ path: join(pictures, `${name}-${colorScheme}-${width}.png`) })
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 })
}

beforeAll(async () => {
  await bundle()
  // Nobody listens there.
  host = await headless({ emulatorUrl: 'ws://127.0.0.1:9' })
  if (pictures) mkdirSync(pictures, { recursive: true })
  await host.restart(() => {
    writeFileSync(settingsFile(), JSON.stringify({ ...settings(), welcomed: true, risk_accepted: true }))
    seed(12, 'old')
  })
}, 120_000)
afterAll(() => host.close())

test('some chats and the settings come back, the rest stays, and an undo is offered after a restart', {
  timeout: 120_000,
}, async () => {
  const { page } = host
  await host.open('/backups')
  await page.getByRole('button', { name: 'Back up now' }).first().click()
  await page.getByText('Verified', { exact: true }).first().waitFor({ timeout: 60_000 })
  await host.restart(() => {
    seed(3, 'new')
    writeFileSync(settingsFile(), JSON.stringify({ ...settings(), answering: { per_minute: 7 } }))
  })
  await host.open('/backups')
  await page
    .getByRole('button', { name: /^Restore the backup of/ })
    .first()
    .click()
  await page.getByRole('heading', { name: 'What would change' }).waitFor({ timeout: 60_000 })
  await keep('restore-everything')

  await page.getByRole('radio', { name: 'Only some chats' }).check()
  await page.getByText('Choose at least one chat.').waitFor()
  await page.getByLabel('Find a chat of the file').fill('ana')
  await page.getByRole('checkbox', { name: /Ana Demo/ }).check()
  expect(await page.getByRole('checkbox', { name: /Bea Demo/ }).count()).toBe(0)
  const row = page.getByRole('row', { name: /^Messages/ })
  await expect.poll(() => row.textContent(), { timeout: 30_000 }).toBe('Messages24300−30')
  await page.getByText('1 setting differs').waitFor()
  await page.getByRole('checkbox', { name: 'Also take this setting' }).check()
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`)).toEqual([])
  await keep('restore-chats')
  await page.getByLabel('Find a chat of the file').scrollIntoViewIfNeeded()
  await keep('restore-chats-choice')
  await page.getByRole('button', { name: 'Restore 1 chat' }).click()
  await page.getByText('3 messages that are only here will be gone.').waitFor()
  await keep('restore-confirm')
  await page.getByRole('dialog').getByRole('button', { name: 'Restore 1 chat' }).click()
  await page.getByText(/The safety backup is/).waitFor({ timeout: 60_000 })
  await page.getByText('1 setting was taken.').waitFor()
  await keep('restored')
  expect([count(ANA), count(BEA)]).toEqual([12, 15])
  expect(settings()).toMatchObject({ answering: { per_minute: 20 } })

  await host.restart(() => seed(1, 'since'))
  await host.open('/backups')
  await page.getByText(/Messages that came since, bots that you switched since/).waitFor()
  await page.getByRole('button', { name: 'Undo the last restore' }).scrollIntoViewIfNeeded()
  await keep('undo')
  await page.getByRole('button', { name: 'Undo the last restore' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Undo the last restore' }).click()
  await page.getByText('The restore is undone.').waitFor({ timeout: 60_000 })
  expect([count(ANA), count(BEA)]).toEqual([16, 16])
  expect(settings()).toMatchObject({ answering: { per_minute: 7 } })
})

test('a locked backup is a question for what opens it: an error only once something wrong was given', {
  timeout: 120_000,
}, async () => {
  const { page } = host
  await host.open('/backups')
  const made = await page.evaluate(async () => {
    const body = JSON.stringify({ passphrase: 'correct horse battery staple' })
    const answer = await fetch('/api/backups', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    return answer.status
  })
  expect(made).toBe(201)
  await page
    .getByText(/Passphrase/)
    .first()
    .waitFor()
  await page
    .getByRole('button', { name: /^Restore the backup of/ })
    .first()
    .click()
  const field = page.getByLabel('Passphrase or age key of the file')
  await page.getByRole('heading', { name: 'What opens this file?' }).waitFor({ timeout: 60_000 })
  expect(await page.getByRole('alert').count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0)
  await keep('restore-locked')

  await field.fill('wrong')
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('alert').filter({ hasText: 'This does not open the file.' }).waitFor({ timeout: 60_000 })
  await keep('restore-locked-wrong')
  await field.fill('correct horse battery staple')
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('heading', { name: 'What would change' }).waitFor({ timeout: 60_000 })
})

test('an undo whose safety backup is locked asks for what opens it, without an error', {
  timeout: 120_000,
}, async () => {
  const { page } = host
  const key = await generateX25519Identity()
  const recipients = [await identityToRecipient(key)]
  const encrypted = (encryption: Record<string, unknown>) => {
    const backup = Object.assign({}, settings().backup, { encryption })
    writeFileSync(settingsFile(), JSON.stringify({ ...settings(), backup }))
  }
  await host.restart(() => encrypted({ kind: 'recipients', recipients }))
  await host.open('/backups')
  await page
    .getByRole('button', { name: /^Restore the backup of/ })
    .last()
    .click()
  await page.getByRole('heading', { name: 'What would change' }).waitFor({ timeout: 60_000 })
  const restore = (within: Locator | Page) => within.getByRole('button', { name: /^Restore( \d+ messages)?$/ })
  await restore(page).click()
  await restore(page.getByRole('dialog')).click()
  await page.getByText(/The safety backup is/).waitFor({ timeout: 60_000 })
  expect([count(ANA), count(BEA)]).toEqual([12, 12])

  await page.getByRole('button', { name: 'Undo the last restore' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Undo the last restore' }).click()
  const field = page.getByLabel('Passphrase or age key of the file')
  await field.waitFor({ timeout: 60_000 })
  expect(await page.getByRole('alert').count()).toBe(0)
  await keep('undo-locked')
  await field.fill(await generateX25519Identity())
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('alert').filter({ hasText: 'This does not open the file.' }).waitFor({ timeout: 60_000 })
  await field.fill(key)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByText('The restore is undone.').waitFor({ timeout: 60_000 })
  expect([count(ANA), count(BEA)]).toEqual([16, 16])
  await host.restart(() => encrypted({ kind: 'none' }))
})

test('a folder for backups that cannot be used is refused in words; another one holds at once', {
  timeout: 120_000,
}, async () => {
  const { page } = host
  await host.open('/backups')
  const folder = page.getByLabel('Folder')
  await folder.fill(join(host.dataDirectory, 'scratch'))
  await page.getByRole('button', { name: 'Save' }).first().click()
  await page
    .getByText(/Whatslang empties by itself/)
    .first()
    .waitFor()
  await keep('folder-refused')
  const elsewhere = join(host.dataDirectory, 'elsewhere')
  await folder.fill(elsewhere)
  await page.getByRole('button', { name: 'Save' }).first().click()
  await page.getByText(`In ${elsewhere}`).waitFor()
  await page.getByText(/are still in .*backups, which was used before/).waitFor()
  await page.getByText(/which was used before/).scrollIntoViewIfNeeded()
  await keep('folder-changed')
})
