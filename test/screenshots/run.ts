// `npm run screenshots [-- folder [names]]`: every page and dialog with data that tries a layout, in both sizes and schemes and each
// language, as PNG files to look at. LANGUAGES=es, SIZES=720x520,390x844 and SCHEMES=light take only these.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { bundle } from '../../build/bundle.ts'
import { LANGUAGE_CODES } from '../../preload/contract/languages.ts'
import { CATALOGUES } from '../../renderer/i18n/catalogues.ts'
import { en } from '../../renderer/i18n/en.ts'
import { ensureTools } from '../tools.ts'
import type { Fate } from './frames.ts'
import { SCENES, type Scene, type Stage, type Words } from './scenes.ts'
import { type Place, stageOf, startBrowser } from './stage.ts'
import { createFirstDay, createWorld, type World } from './world.ts'

const listed = (name: string) => process.env[name]?.split(',').filter(Boolean)
const SIZES = (listed('SIZES') ?? ['1280x800', '900x600']).map((size) => size.split('x').map(Number))
const SCHEMES = (['light', 'dark'] as const).filter((scheme) => listed('SCHEMES')?.includes(scheme) ?? true)
const LANGUAGES = await Promise.all(
  LANGUAGE_CODES.filter((code) => listed('LANGUAGES')?.includes(code) ?? true).map(async (code) => ({
    code,
    words: code === 'en' ? en : ((await CATALOGUES[code]()).words as Words),
  })),
)

const [folder = 'out/screenshots', wanted = ''] = process.argv.slice(2)
const only = wanted.split(',').filter(Boolean)
const chosen = (name: string) => only.length === 0 || only.some((part) => name.includes(part))
/** Whether any scene whose name begins with this is wanted. */
const chosenOf = (group: string) => chosen(group) || only.some((part) => part.startsWith(group))

ensureTools()
await bundle()
mkdirSync(folder, { recursive: true })
const browser = await startBrowser()
let failures = 0

async function shoot(page: Page, name: string, language: string, atSize?: () => Promise<unknown>): Promise<void> {
  await page.mouse.move(0, 0) // what it points at looks different
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const [width = 1280, height = 800] of SIZES) {
      await page.setViewportSize({ width, height })
      // What folds away in a narrow window has done so a frame later.
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
      await atSize?.()
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}-${language}.png`) })
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 })
}

async function shootAll(place: Place, scenes: Scene[], world: World): Promise<void> {
  for (const { code, words } of LANGUAGES) {
    await place.api('PATCH', '/settings', { language: code })
    const stage = await stageOf(browser, place, words, { locale: code })
    for (const { name, show, atSize } of scenes.filter((scene) => chosen(scene.name))) {
      try {
        await show(stage, world)
        await shoot(stage.page, name, code, atSize && (() => atSize(stage)))
      } catch (error) {
        failures += 1
        console.error(
          `${name} (${code}): ${error instanceof Error ? error.message.split('\n').slice(0, 6).join('\n') : String(error)}`,
        )
      }
    }
    await stage.leave()
  }
}

/** Waiting, failing, out of reach: what stands between the page and its program decides. */
async function shootStates(world: World): Promise<void> {
  const paths = {
    overview: '/',
    chats: '/chats',
    chat: `/chats/${world.jids.ana}`,
    bots: '/bots',
    activity: '/activity',
    backups: '/backups',
    health: '/health',
    settings: '/settings',
  }
  const shell = /session|host\/|events|tasks/
  // What the shell asks of the settings is answered, but for the page that shows them.
  const preferences = /settings\/get/
  const answers = (call: string, page: string) => shell.test(call) || (page !== 'settings' && preferences.test(call))
  const states: [string, Fate][] = [
    ['waiting', 'held'],
    ['failing', 'failed'],
  ]
  for (const { code, words } of LANGUAGES) {
    await world.api('PATCH', '/settings', { language: code })
    for (const [state, fate] of states) {
      const names = Object.entries(paths).filter(([name]) => chosen(`${name}-${state}`))
      if (names.length === 0) continue
      let shown = ''
      const decide = (call: string) => (answers(call, shown) ? 'answered' : fate)
      const stage = await stageOf(browser, world, words, { locale: code, fate: decide })
      for (const [name, path] of names) {
        shown = name
        await stage.open(path)
        await stage.page.waitForTimeout(600) // nothing tells of what does not come
        // What waits shows itself only after a moment, at each size anew.
        await shoot(stage.page, `${name}-${state}`, code, () => stage.page.waitForTimeout(250))
      }
      await stage.leave()
    }
  }
}

if (chosenOf('first-day')) {
  const day = await createFirstDay()
  const start = (name: string, path: string, then?: (stage: Stage) => Promise<unknown>): Scene => ({
    name: `first-day-${name}`,
    async show(stage) {
      await stage.open(path)
      await then?.(stage)
    },
  })
  const next = ({ page, words }: Stage) => page.getByRole('button', { name: words.action.next }).click()
  await shootAll(
    day,
    [
      start('word', '/welcome', async ({ page, words, open }) => {
        await day.api('PATCH', '/settings', { risk_accepted: false }) // an earlier language may have accepted it
        await open('/welcome')
        await page.getByRole('checkbox', { name: words.welcome.accept, checked: false }).waitFor()
      }),
      start('word-accepted', '/welcome', async ({ page, words }) => {
        await page.getByRole('checkbox', { name: words.welcome.accept }).click()
        await page.getByRole('checkbox', { name: words.welcome.accept, checked: true }).waitFor()
      }),
      start('data', '/welcome', next),
      start('qr', '/welcome', async (stage) => {
        await next(stage)
        await next(stage)
        // A code that was asked for by number leaves no QR code behind, and after some minutes nothing at all.
        const qr = stage.page.getByTestId('qr')
        const { qrRefresh, start } = stage.words.welcome
        const again = stage.page
          .getByRole('button', { name: qrRefresh })
          .or(stage.page.getByRole('button', { name: start, exact: true }))
        await Promise.race([qr.waitFor(), again.click().then(() => qr.waitFor())])
      }),
      start('code', '/welcome', async (stage) => {
        await next(stage)
        await next(stage)
        await stage.page.getByText(stage.words.welcome.byCode, { exact: true }).click()
        await stage.page.getByLabel(stage.words.welcome.phone).fill('+1 555 000 0001')
        await stage.page.getByRole('button', { name: stage.words.welcome.getCode }).click()
        await stage.page.getByRole('status', { name: stage.words.welcome.code }).waitFor()
      }),
      start('model', '/welcome', async (stage) => {
        for (let step = 0; step < 3; step++) await next(stage)
      }),
      start('bot', '/welcome', async (stage) => {
        for (let step = 0; step < 4; step++) await next(stage)
      }),
      ...['', 'chats', 'bots', 'activity', 'backups', 'health', 'settings'].map((page) =>
        start(page || 'overview', `/${page}`),
      ),
    ],
    day as unknown as World,
  )
  await day.close()
}
if (only.length === 0 || !only.every((part) => part.startsWith('first-day'))) {
  const world = await createWorld()
  await shootAll(world, SCENES, world)
  await shootStates(world)
  if (chosenOf('trouble')) {
    await world.trouble()
    const failed = world.people.ben
    await shootAll(
      world,
      [
        { name: 'trouble-overview', show: (stage) => stage.open('/') },
        { name: 'trouble-health', show: (stage) => stage.open('/health') },
        {
          name: 'trouble-try-out',
          async show(stage) {
            await stage.open('/bots/translation')
            await stage.page.getByLabel(stage.words.bots.tryInput).fill(`Hello ${failed.name}`)
            await stage.page.getByRole('button', { name: stage.words.bots.tryDo, exact: true }).click()
            await stage.page.locator('form [role="status"] > *').first().waitFor({ timeout: 60_000 })
          },
        },
      ],
      world,
    )
  }
  if (chosen('paused')) {
    await world.api('POST', '/session/pause', { minutes: 60 })
    await shootAll(world, [{ name: 'paused', show: (stage) => stage.open('/') }], world)
  }
  if (chosen('offline')) {
    for (const { code, words } of LANGUAGES) {
      await world.api('PATCH', '/settings', { language: code })
      const stage = await stageOf(browser, world, words, { locale: code })
      await stage.open('/')
      await world.interrupt(async () => {
        await stage.page.getByRole('button', { name: words.connection.retryNow }).waitFor()
        await shoot(stage.page, 'offline', code)
      })
      await stage.leave()
    }
  }
  await world.close()
}
await browser.close()
console.log(`The pictures are in ${folder}${failures > 0 ? `; ${failures} could not be taken` : ''}.`)
process.exitCode = failures > 0 ? 1 : 0
