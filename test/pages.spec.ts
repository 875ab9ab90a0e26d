// What the page promises, in each host, with one program started for all of it: a first run, and then a day's work on what it left.
// Written against roles and labels alone.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Contact, createEmulator, type Emulator, type Group } from '../emulator/index.ts'
import { type HostUnderTest, inEachHost } from './hosts.ts'

const PATIENT_MS = 20_000
const MINUTE = 60_000
const PAST = 700
const python = join(import.meta.dirname, 'fixtures/compat/generation-7.db')

/** A model behind an endpoint that can be told to refuse. */
async function createModel() {
  const state = { refuses: false }
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    request.resume().on('end', () => {
      if (request.url?.endsWith('/models')) answer(200, { object: 'list', data: [{ id: 'm', object: 'model' }] })
      else if (state.refuses) answer(400, { error: { message: 'This model is not there.' } })
      else {
        const message = { role: 'assistant', content: 'Bonjour' }
        const choices = [{ index: 0, finish_reason: 'stop', message }]
        answer(200, { id: 'x', object: 'chat.completion', created: 1, model: 'm', choices })
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

inEachHost((start, { drops }) => {
  let emulator: Emulator
  let model: Awaited<ReturnType<typeof createModel>>
  let host: HostUnderTest
  let ana: Contact
  let ben: Contact
  let group: Group
  const folder = mkdtempSync(join(tmpdir(), 'whatslang-pages-'))
  const button = (name: string | RegExp): Locator =>
    host.page.getByRole('button', { name, exact: typeof name === 'string' })
  const heading = (name: string, level = 1): Locator => host.page.getByRole('heading', { name, level })
  const row = (name: string | RegExp): Locator => host.page.getByRole('option', { name })
  const toast = (text: string | RegExp): Locator => host.page.getByText(text).last()
  const shown = (target: Locator) => target.first().waitFor({ timeout: PATIENT_MS })
  const field = (within: Locator, name: string): Locator =>
    within
      .getByRole('textbox', { name, exact: true })
      .or(within.getByRole('combobox', { name, exact: true }))
      .first()
  /** Chooses in a field with a list. */
  const pick = async (within: Locator, label: string, option: string | RegExp) => {
    await field(within, label).click()
    await host.page.getByRole('option', { name: option }).first().click()
  }
  const database = <T>(use: (db: Database.Database) => T): T => {
    const db = new Database(join(host.dataDirectory, 'messages.db'))
    try {
      return use(db)
    } finally {
      db.close()
    }
  }

  beforeAll(async () => {
    emulator = await createEmulator({ history: false })
    model = await createModel()
    ana = emulator.contact({ name: 'Ana Souza', pn: '15550005001', lid: '850000001' })
    ben = emulator.contact({ name: 'Ben Carter', pn: '15550005002', lid: '850000002' })
    group = emulator.group({ subject: 'Weekend', members: [ana, ben] })
    host = await start({ emulatorUrl: emulator.url })
  })
  afterAll(async () => {
    await host.close()
    await model.close()
    await emulator.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('a first run: the honest word, data from elsewhere, the phone, a model that was tried, the first bot', async () => {
    const { page } = host
    await shown(heading('Welcome to Whatslang'))
    expect(await button('Next').isDisabled()).toBe(true)
    await page.getByRole('checkbox', { name: /I understand/ }).click()
    await button('Next').click()

    await shown(page.getByText(host.dataDirectory, { exact: true }))
    await host.choose(python, () => button('Choose a file').click())
    await shown(page.getByText('A database of the Python service'))
    await button(/^Restore/).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Restore/ })
      .click()
    await shown(page.getByText(/^Restored /))

    await host.open('/welcome')
    await button(/Your phone/).click()
    await button('Show the code as text').click()
    const online = emulator.online(PATIENT_MS)
    expect(emulator.owner.scan(((await page.getByText(/linked_devices#/).textContent()) ?? '').trim())).toBe('linked')
    await online
    const now = Date.now()
    await emulator.owner.sendHistory([
      {
        with: ben.account,
        messages: Array.from({ length: PAST }, (_, n) => ({
          text: n === 5 ? 'Line 5, with a needle in it' : `Line ${n}`,
          time: now - (PAST - n) * 10 * MINUTE,
        })),
      },
      { with: group, messages: [{ text: 'Who brings the cake?', time: now - MINUTE, from: ana.account }] },
    ])
    await ana.say('Bom dia')
    await shown(page.getByText(/Linked as|is linked/))

    await button('Next').click()
    await pick(page.getByRole('main'), 'Where the model runs', 'Another address')
    await field(page.getByRole('main'), 'Address').fill(model.url)
    await field(page.getByRole('main'), 'Model').fill('m')
    await page.getByLabel('API key', { exact: true }).fill('sk-kept-apart')
    model.state.refuses = true
    await button('Test').click()
    await shown(page.getByText(/It does not work yet/))
    model.state.refuses = false
    await button('Test').click()
    await shown(page.getByText(/It works: the model answered/))
    await button('Save').click()
    await shown(toast('The model is saved.'))

    await button('Next').click()
    await pick(page.getByRole('main'), 'Bot', 'Echo')
    await pick(page.getByRole('main'), 'Chat', /^Ana Souza/)
    await button('Switch on and finish').click()
    await shown(toast('Echo now answers in Ana Souza.'))
    await shown(heading('Overview'))
    const asked = await ana.say('Onde fica a estação?')
    await ana.next(({ quotedId }) => quotedId === asked.id, PATIENT_MS)
  }, 90_000)

  test('chats are found by name, number and address, filtered and ordered; the address keeps all that', async () => {
    const { page } = host
    await host.open('/chats')
    const search = page.getByRole('searchbox', { name: /Search chats/ })
    for (const query of ['souza', '15550005001', '850000001']) {
      await search.fill(query)
      await expect.poll(() => page.getByRole('listbox').getByRole('option').count(), { timeout: PATIENT_MS }).toBe(1)
      await shown(row(/Ana Souza/))
    }
    await search.fill('nobody is called this')
    await shown(page.getByText('No chat matches. Change the search or the filters.'))
    await button('Clear search and filters').click()
    await shown(row(/Ana Souza/))
    expect(await search.inputValue()).toBe('')
    // A link leads to another list, also before the address knew of the last one.
    await search.fill('souza')
    await host.open('/chats?type=group')
    await shown(row(/Weekend/))
    await expect.poll(() => search.inputValue(), { timeout: PATIENT_MS }).toBe('')
    await expect.poll(() => row(/Ana Souza/).count(), { timeout: PATIENT_MS }).toBe(0)
    await host.open('/chats')
    await shown(row(/Ana Souza/))
    await button('Filters and order').click()
    const filters = page.getByRole('dialog', { name: 'Filters and order' })
    await field(filters, 'Type').selectOption({ label: 'Groups' })
    await row(/Ana Souza/).waitFor({ state: 'detached', timeout: PATIENT_MS })
    await shown(row(/Weekend/))
    // The address follows the list.
    await page.waitForURL(/type=group/, { timeout: PATIENT_MS })
    await page.reload()
    await shown(row(/Weekend/))
    expect(await row(/Ana Souza/).count()).toBe(0)

    await host.open('/chats')
    await button('Filters and order').click()
    await field(filters, 'Order').selectOption({ label: 'Name' })
    const anaComesFirst = async () => {
      const names = await page.getByRole('listbox', { name: 'Chats' }).getByRole('option').allTextContents()
      const [at, after] = ['Ana Souza', 'Ben Carter'].map((name) => names.findIndex((text) => text.startsWith(name)))
      return at === undefined || after === undefined || at < 0 || after < 0 ? undefined : at < after
    }
    await expect.poll(anaComesFirst, { timeout: PATIENT_MS }).toBe(true)
    await filters.getByRole('checkbox', { name: 'Reverse the order' }).click()
    await expect.poll(anaComesFirst, { timeout: PATIENT_MS }).toBe(false)
    await page.keyboard.press('Escape')

    await page.getByRole('link', { name: 'Bots', exact: true }).click()
    await shown(heading('Bots'))
    await page.getByRole('link', { name: 'Health', exact: true }).click()
    await shown(heading('Health'))
    await page.goBack()
    await shown(heading('Bots'))
    await page.goForward()
    await shown(heading('Health'))
  })

  test('one chat follows another, and nothing of the one before stays; every address of a chat leads to it', async () => {
    const { page } = host
    const panel = page.getByRole('complementary', { name: 'Bots of this chat' })
    const echo = panel.getByRole('switch', { name: 'Echo answers here' })
    const search = page.getByRole('dialog').getByRole('searchbox', { name: 'Search in this chat' })
    await host.open('/chats')
    await row(/Ana Souza/).click()
    await shown(heading('Ana Souza', 2))
    await expect.poll(() => echo.isChecked()).toBe(true)
    await panel.getByRole('button', { name: 'Settings of Echo' }).click()
    await shown(panel.getByText('Answer my own messages too'))
    await button('Search in this chat').click()
    await search.fill('Bom dia')
    await shown(page.getByRole('region', { name: 'Found messages' }).getByRole('button', { name: /Bom dia/ }))
    await page.keyboard.press('Escape')

    await row(/Ben Carter/).click()
    await shown(heading('Ben Carter', 2))
    await shown(page.getByText(`Line ${PAST - 1}`, { exact: true }))
    expect(await page.getByRole('region', { name: 'Messages' }).getByText('Bom dia').count()).toBe(0)
    await expect.poll(() => echo.isChecked()).toBe(false)
    expect(await panel.getByText('Answer my own messages too').count()).toBe(0)
    await button('Search in this chat').click()
    expect(await search.inputValue()).toBe('')
    await page.keyboard.press('Escape')
    await echo.click({ force: true })
    await expect.poll(() => echo.isChecked()).toBe(true)
    await panel.getByRole('button', { name: 'Settings of Echo' }).click()
    await shown(panel.getByText('Answer my own messages too'))

    await row(/Ana Souza/).click()
    await shown(heading('Ana Souza', 2))
    await panel.getByText('Answer my own messages too').waitFor({ state: 'hidden' })
    await expect.poll(() => echo.isChecked()).toBe(true)
    await row(/Ben Carter/).click()
    await shown(heading('Ben Carter', 2))
    await expect.poll(() => echo.isChecked()).toBe(true)
    await echo.click({ force: true })
    await expect.poll(() => echo.isChecked()).toBe(false)

    const known = database((db) => db.prepare("SELECT chat_jid FROM chats WHERE chat_name = 'Ana Souza'").pluck().get())
    for (const address of ['850000001@lid', '15550005001@s.whatsapp.net']) {
      await host.open(`/chats/${address}`)
      await expect.poll(() => decodeURIComponent(page.url())).toMatch(new RegExp(`/chats/${String(known)}$`))
      await shown(heading('Ana Souza', 2))
    }
    await echo.click({ force: true })
    await expect.poll(() => echo.isChecked()).toBe(false)
    await echo.click({ force: true })
    await expect.poll(() => echo.isChecked()).toBe(true)
  })

  test('the chat that is open stands in sight in a long list, each is in its place, and a chat that is not there has a way back', async () => {
    const { page } = host
    database((db) => {
      const add = db.prepare('INSERT INTO chats (chat_jid, chat_name) VALUES (?, ?)')
      for (let n = 100; n < 400; n++) add.run(`1203630000000${n}@g.us`, `Aa group ${n}`)
    })
    await host.open('/chats/1203630000000128@g.us?sort=chat_name')
    await page.reload()
    await shown(heading('Aa group 128', 2))
    const inSight = async () => {
      const found = await row(/Aa group 128/).boundingBox()
      const list = await page.getByTestId('chat-scroller').boundingBox()
      return found && list && found.y > list.y && found.y + found.height < list.y + list.height + 1
    }
    await expect.poll(inSight, { timeout: PATIENT_MS }).toBe(true)
    // Where one page of the list ends and the next begins.
    for (const place of [31, 32, 127, 128, 223, 224, 299, 0]) {
      await page.getByTestId('chat-scroller').evaluate((element, top) => element.scrollTo({ top }), place * 56)
      const there = page.locator(`[aria-posinset="${place + 1}"]`)
      await expect.poll(() => there.textContent(), { timeout: PATIENT_MS }).toContain(`Aa group ${100 + place}`)
    }
    database((db) => db.prepare("DELETE FROM chats WHERE chat_name LIKE 'Aa group%'").run())

    await page.setViewportSize({ width: 800, height: 600 })
    await host.open('/chats/15550009999@s.whatsapp.net')
    await shown(page.getByRole('alert').filter({ hasText: 'This chat is not here.' }))
    await page.getByRole('link', { name: 'Back to the chats' }).click()
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.reload() // nobody told the program of what was deleted
    await shown(row(/Ana Souza/))
  })

  test('several chats are changed at once, with undo; one is added by number, and deleted only after a question', async () => {
    const { page } = host
    const bulk = page.getByRole('region', { name: 'With the selected chats' })
    const assigned = () =>
      database((db) =>
        db.prepare("SELECT count(*) FROM bot_chat_assignments WHERE bot_name = 'joke' AND enabled").pluck().get(),
      )
    const select = async () => {
      await button('Select several').click()
      await row(/Ana Souza/).click()
      await row(/Ben Carter/).click()
      await shown(bulk.getByText('2 selected'))
      await pick(bulk, 'Bot', 'Joke')
    }
    await host.open('/chats')
    await shown(row(/Ben Carter/))
    await select()
    await bulk.getByRole('button', { name: 'Switch on' }).click()
    await shown(toast('"Joke" is on in 2 chats.'))
    expect(assigned()).toBe(2)
    await button('Undo').click()
    await expect.poll(assigned, { timeout: PATIENT_MS }).toBe(0)

    await button('Add chat').click()
    await page.getByRole('dialog').getByLabel('Phone number or address').fill('+1 555 000 5999')
    await page.getByRole('dialog').getByLabel('Name (optional)').fill('Added by hand')
    await page.getByRole('dialog').getByRole('button', { name: 'Add chat' }).click()
    await shown(heading('Added by hand', 2))
    await button('Select several').click()
    await row(/Added by hand/).click()
    await bulk.getByRole('button', { name: 'Delete 1 chat and its history' }).click()
    const question = page.getByRole('dialog')
    await expect
      .poll(() => question.getByRole('button', { name: 'Cancel' }).evaluate((one) => one === document.activeElement))
      .toBe(true)
    await question.getByRole('button', { name: 'Delete 1 chat and its history' }).click()
    await shown(toast('1 chat deleted.'))
    expect(
      database((db) => db.prepare("SELECT count(*) FROM chats WHERE chat_name = 'Added by hand'").pluck().get()),
    ).toBe(0)
  })

  test('a chat is searched, read from a day on and in both directions; an answer leads to what it answers', async () => {
    const { page } = host
    const history = page.getByRole('region', { name: 'Messages' })
    const line = (n: number) => history.getByText(`Line ${n}`, { exact: true })
    await host.open('/chats')
    await row(/Ben Carter/).click()
    await shown(line(PAST - 1))
    expect(await history.getByText(/needle/).count()).toBe(0)
    // Bubbles take their heights when they are drawn, and windows shrink: the newest message stays in view.
    const below = () => history.evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop)
    await expect.poll(below).toBeLessThan(2)
    await history.evaluate((element) => element.style.setProperty('max-height', '200px'))
    await expect.poll(below).toBeLessThan(2)
    await history.evaluate((element) => element.style.removeProperty('max-height'))
    await expect.poll(below).toBeLessThan(2)

    await button('Search in this chat').click()
    await page.getByRole('dialog').getByRole('searchbox', { name: 'Search in this chat' }).fill('needle')
    await page
      .getByRole('region', { name: 'Found messages' })
      .getByRole('button', { name: /needle/ })
      .click()
    await shown(history.getByText(/with a needle in it/))
    await button(/To the newest message/).click()
    await shown(line(PAST - 1))

    const day = new Date()
    day.setDate(day.getDate() - 2)
    day.setHours(0, 0, 0, 0)
    const then = database((db) =>
      db
        .prepare("SELECT text FROM messages WHERE text LIKE 'Line %' AND sent_at >= ? ORDER BY sent_at LIMIT 1")
        .pluck()
        .get(day.getTime()),
    )
    const from = Number(/\d+/.exec(String(then))?.[0])
    await button('Go to a date').click()
    const calendar = page.getByRole('dialog', { name: 'Go to a date' })
    // It opens at the current month.
    if (day.getMonth() !== new Date().getMonth()) await calendar.getByRole('button', { name: 'Previous month' }).click()
    await calendar
      .getByRole('button', {
        name: day.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' }),
        exact: true,
      })
      .click()
    await shown(line(from))
    expect(await line(PAST - 1).count()).toBe(0)
    const scroll = (edge: 'top' | 'bottom') =>
      history.evaluate((element, to) => {
        element.scrollTop = to === 'top' ? 0 : element.scrollHeight
      }, edge)
    await expect
      .poll(
        async () => {
          await scroll('top')
          return line(from - 40).count()
        },
        { timeout: PATIENT_MS },
      )
      .toBe(1)
    await expect
      .poll(
        async () => {
          await scroll('bottom')
          return line(PAST - 1).count()
        },
        { timeout: PATIENT_MS },
      )
      .toBe(1)

    await row(/Ana Souza/).click()
    await history.getByRole('button', { name: 'Show the message that this answers' }).last().click()
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('Onde fica a estação?')
  })

  test('a message that failed says why, and is answered again on demand', async () => {
    const { page } = host
    model.state.refuses = true
    await host.open('/chats')
    await row(/Ben Carter/).click()
    await page.getByRole('switch', { name: /Translation/ }).click({ force: true })
    await expect.poll(() => page.getByRole('switch', { name: /Translation/ }).isChecked()).toBe(true)
    const asked = await ben.say('This one fails at first')
    await host.open('/activity')
    await pick(page.getByRole('main'), 'Outcome', 'Failed')
    const failed = page.getByRole('listitem').filter({ hasText: 'This one fails at first' })
    await shown(failed)
    model.state.refuses = false
    await failed.getByRole('button', { name: 'Answer again', exact: true }).click()
    const answer = await ben.next(({ quotedId }) => quotedId === asked.id, PATIENT_MS)
    expect(answer.text).toContain('Bonjour')
    await failed.waitFor({ state: 'detached', timeout: PATIENT_MS })
    await pick(page.getByRole('main'), 'Outcome', 'Answered')
    await shown(failed)
    await page.reload()
    await shown(failed)
  })

  test('a switch moves at once, and back with the reason where the program cannot do it', async () => {
    const { page } = host
    await host.open('/chats')
    await row(/Ana Souza/).click()
    const echo = page.getByRole('switch', { name: /Echo/ })
    await expect.poll(() => echo.isChecked(), { timeout: PATIENT_MS }).toBe(true)
    database((db) =>
      db.exec("CREATE TRIGGER refuse BEFORE UPDATE ON bot_chat_assignments BEGIN SELECT RAISE(ABORT, 'no'); END"),
    )
    try {
      await echo.click({ force: true })
      await shown(page.getByRole('alert').filter({ hasText: 'That did not work' }).last())
      await expect.poll(() => echo.isChecked()).toBe(true)
      await page.getByRole('alert').getByRole('button', { name: 'Close' }).last().click()
    } finally {
      database((db) => db.exec('DROP TRIGGER refuse'))
    }
    await echo.click({ force: true })
    await expect.poll(() => echo.isChecked()).toBe(false)
    await echo.click({ force: true })
    await expect
      .poll(() =>
        database((db) =>
          db.prepare("SELECT max(enabled) FROM bot_chat_assignments WHERE bot_name = 'echo'").pluck().get(),
        ),
      )
      .toBe(1)
  })

  test.skipIf(process.platform !== 'linux')(
    'a long job is seen from every page, and can be cancelled there',
    async () => {
      const { page } = host
      await host.open('/backups')
      await shown(heading('Backups'))
      const before = readdirSync(join(host.dataDirectory, 'backups')).length
      // The process that does it is stopped where it stands: a disk that hangs.
      const held = holdChild(host.pid)
      await button('Back up now').first().click()
      const stopped = await held
      try {
        const cancel = page.getByRole('button', { name: 'Cancel "Backup"' })
        await shown(cancel)
        for (const name of ['Bots', 'Settings', 'Chats']) {
          await page.getByRole('link', { name, exact: true }).click()
          await shown(heading(name))
          await shown(page.getByRole('progressbar', { name: 'Progress of "Backup"' }))
        }
        await cancel.click()
        await cancel.waitFor({ state: 'detached', timeout: PATIENT_MS })
      } finally {
        release(stopped)
      }
      expect(readdirSync(join(host.dataDirectory, 'backups')).length).toBe(before)
    },
  )

  test('everything has its keys: the palette finds pages, chats and actions, and an overview shows the rest', async () => {
    const { page } = host
    await host.open('/health')
    await shown(heading('Health'))
    await page.keyboard.press('Control+k')
    const palette = page.getByPlaceholder('Type a page, a chat or an action')
    await shown(palette)
    await expect.poll(() => palette.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.type('ben car')
    expect(await palette.inputValue()).toBe('ben car')
    await page
      .getByRole('button', { name: /Ben Carter/ })
      .or(row(/Ben Carter/))
      .last()
      .click()
    await shown(heading('Ben Carter', 2))
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Health', exact: true }).click()
    await shown(heading('Health'))
    await page.keyboard.press('?')
    await shown(page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Go to Backups'))
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await shown(heading('Settings'))
  })

  test('language and appearance change at once, and outlast a restart; what the settings file lost is said', async () => {
    const { page } = host
    await host.open('/settings')
    await shown(heading('Settings'))
    const scheme = () => host.page.evaluate(() => document.documentElement.dataset.mantineColorScheme)
    await pick(page.getByRole('main'), 'Appearance', 'Dark')
    await expect.poll(scheme).toBe('dark')
    await pick(page.getByRole('main'), 'Language', 'Português (Brasil)')
    await shown(heading('Configurações'))
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('pt-BR')

    await host.restart(() => {
      const file = join(host.dataDirectory, 'settings.json')
      const settings = JSON.parse(readFileSync(file, 'utf8'))
      writeFileSync(
        file,
        JSON.stringify({ ...settings, answering: { ...settings.answering, answer_lifetime_minutes: 'soon' } }),
      )
    })
    await host.open('/settings')
    await shown(heading('Configurações'))
    await expect.poll(scheme).toBe('dark')
    await shown(host.page.getByRole('alert').filter({ hasText: 'answering' }))

    // A file that says nothing at all: on every page, until the settings in force are confirmed.
    await host.restart(() => writeFileSync(join(host.dataDirectory, 'settings.json'), '{"theme":'))
    await host.open('/bots')
    const word = host.page.getByText(/O arquivo de configurações não pôde ser lido; a última cópia boa/)
    await shown(word)
    await host.page.getByRole('link', { name: 'Ver as configurações' }).click()
    await shown(heading('Configurações'))
    await button('Estas configurações estão certas').click()
    await word.first().waitFor({ state: 'detached', timeout: PATIENT_MS })
    await pick(host.page.getByRole('main'), 'Idioma', 'English')
    await shown(heading('Settings'))
    await pick(host.page.getByRole('main'), 'Appearance', 'Light')
    await expect.poll(scheme).toBe('light')
  })

  test('settings are saved to a file without secrets, and come back from it', async () => {
    const { page } = host
    await host.open('/settings')
    await shown(heading('Settings'))
    // What the page hands to the browser to be saved.
    await page.evaluate(() => {
      const make = URL.createObjectURL.bind(URL)
      URL.createObjectURL = (blob: Blob) => {
        Object.assign(globalThis, { saved: blob.text() })
        return make(blob)
      }
    })
    await button('Save the settings').click()
    await expect.poll(() => page.evaluate(() => 'saved' in globalThis), { timeout: PATIENT_MS }).toBe(true)
    const text = await page.evaluate(() => (globalThis as unknown as { saved: Promise<string> }).saved)
    const file = join(folder, 'settings.json')
    expect(text).toContain(model.url)
    expect(text).not.toContain('sk-kept-apart')
    const load = async (content: string) => {
      writeFileSync(file, content)
      await page.getByLabel('Load settings', { exact: true }).setInputFiles(file)
    }
    const dialog = page.getByRole('dialog')
    const close = async () => {
      await dialog.getByRole('button', { name: 'Close' }).last().click()
      await dialog.waitFor({ state: 'hidden' })
    }
    await load(text)
    await shown(dialog.getByText(/Nothing .* differs/))
    await close()
    await load('no settings at all')
    await shown(dialog.getByRole('alert').getByText(/not JSON/))
    await close()
    await load(' '.repeat(1_000_001))
    await shown(page.getByRole('alert').getByText(/larger than 1 MB/))

    // What has a consequence is taken only where it is ticked.
    await load(
      text
        .replace('"light"', '"dark"')
        .replace('"yearly": 0,', '"yearly": 0, "colour": 1,')
        .replace('"last": 3', '"last": 2')
        .replace('"days": 30', '"days": 29'),
    )
    await shown(dialog.getByText(/1 entry of the file is left out/))
    await dialog.getByRole('checkbox', { name: /Keep the last backups: 2/ }).click()
    await dialog.getByRole('button', { name: 'Load settings' }).click()
    await shown(toast('The settings are loaded.'))
    await page.mouse.move(0, 0) // a toast under the pointer stays
    const kept = JSON.parse(readFileSync(join(host.dataDirectory, 'settings.json'), 'utf8'))
    expect(kept).toMatchObject({ theme: 'dark', backup: { keep: { last: 2, days: 30 } } })

    await host.open('/health')
    const done = page.getByRole('region', { name: 'What was done' })
    await shown(done.getByRole('row', { name: /Settings loaded from a file .* Keep the last backups/ }))
    await pick(done, 'Show only', 'Phone linked')
    await done
      .getByRole('row', { name: /Settings/ })
      .first()
      .waitFor({ state: 'detached', timeout: PATIENT_MS })
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.mantineColorScheme)).toBe('dark')
  })

  describe.skipIf(!drops)('a file', () => {
    test('that is dropped on the window is looked into, and changes nothing', async () => {
      const { page } = host
      await host.open('/bots')
      await shown(heading('Bots'))
      await host.drop(python)
      await shown(page.getByText('A database of the Python service'))
      await button('Keep what is here').click()
      await shown(heading('Backups'))
      await host.drop(join(folder, 'settings.json'))
      await shown(page.getByRole('alert').last())
    })
  })
})

/** Waits for a child process of it that does a task, and stops it where it stands. */
async function holdChild(pid: number): Promise<number> {
  // The process that answers for the folder of backups stays, and is not the one that works.
  const before = new Set(childrenOf(pid))
  const end = performance.now() + PATIENT_MS
  while (performance.now() < end) {
    for (const child of childrenOf(pid)) {
      if (before.has(child)) continue
      try {
        if (!readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('task.js')) continue
        execFileSync('kill', ['-STOP', child])
        return Number(child)
      } catch {
        // It ended while it was looked at.
      }
    }
    await sleep(2)
  }
  throw new Error('No task was started.')
}

const childrenOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)

function release(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch {
    // It was killed, as it should be.
  }
}
