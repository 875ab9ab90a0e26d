// A catalogue crosses the wire only where its language is shown.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { LANGUAGE_CODES, type Language } from '../preload/contract/languages.ts'
import { CATALOGUES } from '../renderer/i18n/catalogues.ts'
import { en } from '../renderer/i18n/en.ts'
import { startBrowser } from './screenshots/stage.ts'
import { createFirstDay } from './screenshots/world.ts'

let browser: Browser
let day: Awaited<ReturnType<typeof createFirstDay>>

beforeAll(async () => {
  await bundle()
  browser = await startBrowser()
  day = await createFirstDay()
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await day?.close()
})

/** A sentence of the page and one of the program's codes, for each language but English. */
async function signs(): Promise<[Language, string[]][]> {
  const others = LANGUAGE_CODES.filter((code) => code !== 'en')
  return Promise.all(
    others.map(async (code): Promise<[Language, string[]]> => {
      const { words, told } = await CATALOGUES[code]()
      return [code, [words.connection.offline, words.justNow, told.reason['no-text']]]
    }),
  )
}

/** Opens every page; answers with all that the host sent for them. */
async function visit(locale: string, then?: (page: Page) => Promise<unknown>): Promise<string> {
  const context = await browser.newContext({ locale })
  const page = await context.newPage()
  const sent: Promise<string>[] = []
  page.on('response', (response) => {
    if (/\.(js|html)($|\?)|\/$/.test(response.url().replace(/#.*/, ''))) sent.push(response.text().catch(() => ''))
  })
  await page.goto(`${day.url}/#token=${day.token}`)
  for (const path of ['', 'chats', 'bots', 'activity', 'backups', 'health', 'settings', 'welcome']) {
    await page.goto(`${day.url}/#/${path}`)
    await page.getByRole('main').waitFor()
  }
  await page.goto(`${day.url}/#/settings`)
  await then?.(page)
  const all = (await Promise.all(sent)).join('\n')
  await context.close()
  return all
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
const languageOf = (page: Page) => page.evaluate(() => document.documentElement.lang)

test.each([
  ['en', 'en-US', 'en'],
  ['system', 'en-GB', 'en'],
  ['system', 'de-DE', 'en'],
  ['system', 'es-MX', 'es'],
  ['system', 'pt-PT', 'pt-BR'],
] as const)(
  'set to %s on a machine in %s, the page speaks %s and has no word of another language',
  async (setting, locale, shown) => {
    await day.api('PATCH', '/settings', { language: setting })
    const words = shown === 'en' ? en : (await CATALOGUES[shown]()).words
    const sent = await visit(locale, async (page) => {
      await heading(page, words.settings.title)
      expect(await languageOf(page)).toBe(shown)
    })
    for (const [code, sentences] of await signs())
      expect(
        sentences.map((sentence) => sent.includes(sentence)),
        code,
      ).toEqual(sentences.map(() => code === shown))
  },
  60_000,
)

test('a language is chosen by its own name, and the choice outlives the browser', async () => {
  await day.api('PATCH', '/settings', { language: 'en' })
  const { words } = await CATALOGUES.es()
  await visit('en-US', async (page) => {
    await heading(page, en.settings.title)
    await page.getByRole('combobox', { name: en.settings.language }).click()
    await page.getByRole('option', { name: 'Español', exact: true }).click()
    await heading(page, words.settings.title)
  })
  await visit('en-US', (page) => heading(page, words.settings.title))
}, 60_000)
