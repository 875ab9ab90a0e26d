import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { en } from '../renderer/i18n/en.ts'
import { ptBR } from '../renderer/i18n/pt-BR.ts'
import { SCENES, type Stage, type Words } from './screenshots/scenes.ts'
import { type Place, stageOf, startBrowser } from './screenshots/stage.ts'
import { createFirstDay, createWorld, type World } from './screenshots/world.ts'

let browser: Browser
let world: World

beforeAll(async () => {
  await bundle()
  browser = await startBrowser()
  world = await createWorld()
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await world?.close()
})

/** What axe finds, one line each; `rules`: only these. */
async function findings(page: Page, rules: string[] = []): Promise<string[]> {
  // Chromium does not draw what is out of sight in long lists, and tells their colours of before the scheme changed.
  await page.evaluate(() => {
    for (const element of document.querySelectorAll<HTMLElement>('*'))
      if (getComputedStyle(element).contentVisibility === 'auto') element.style.contentVisibility = 'visible'
  })
  // There are no frames of other origins, for which it would put its parts together in a window of its own at each call.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
  const { violations } = await (rules.length > 0 ? axe.withRules(rules) : axe).analyze()
  // What hangs above the page (menus, tooltips) stands beside the landmarks by its nature.
  const beside = (html: string) => /role="(menu|menuitem|tooltip)"|data-portal|data-menu-item-label/.test(html)
  return violations
    .filter(({ id, nodes }) => id !== 'region' || nodes.some(({ html }) => !beside(html)))
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)
}

async function inScheme(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor()
  // Rows out of sight take their colours when they are drawn next.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
}

/** The page beside the window, and what can be pressed or filled in beyond its edge. */
const beyondTheEdge = (page: Page) =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const page = document.scrollingElement?.scrollWidth ?? 0
    const found = page > width ? [`the page is ${page} wide, its window ${width}`] : []
    const reachable = (element: Element): boolean => {
      // What scrolls sideways by itself keeps its contents within reach.
      for (let at = element.parentElement; at; at = at.parentElement)
        if (at.scrollWidth > at.clientWidth && /auto|scroll/.test(getComputedStyle(at).overflowX)) return true
      return false
    }
    for (const element of document.querySelectorAll('button, a[href], input, textarea, [role="switch"]')) {
      const { left, right, width: own } = element.getBoundingClientRect()
      const visible = element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && own > 1
      if (visible && (left < -1 || right > width + 1) && !reachable(element))
        found.push(`${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 40)}`)
    }
    return found
  })

describe('every page and every dialog, in English', { retry: 1 }, () => {
  let stage: Stage & { leave(): Promise<void> }
  beforeAll(async () => {
    await world.api('PATCH', '/settings', { language: 'en' })
    stage = await stageOf(browser, world, en)
  })
  afterAll(() => stage.leave())

  test.each(SCENES)('$name has no finding of axe, light and dark', async ({ show }) => {
    await inScheme(stage.page, 'light')
    await show(stage, world)
    expect(await findings(stage.page)).toEqual([])
    await inScheme(stage.page, 'dark')
    // The scheme changes colours and nothing else.
    expect(await findings(stage.page, ['color-contrast'])).toEqual([])
  })
})

describe('every page in Portuguese, dark, at 200 % zoom', { retry: 1 }, () => {
  let stage: Stage & { leave(): Promise<void> }
  beforeAll(async () => {
    await world.api('PATCH', '/settings', { language: 'pt-BR' })
    stage = await stageOf(browser, world, ptBR as Words, {
      viewport: { width: 640, height: 400 },
      deviceScaleFactor: 2,
    })
    await stage.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  })
  afterAll(() => stage.leave())

  test.each(SCENES.filter(({ overlay }) => !overlay))(
    '$name: all within reach, nothing moves, axe finds nothing',
    async ({ show }) => {
      const { page } = stage
      await show(stage, world)
      expect(await beyondTheEdge(page)).toEqual([])
      expect(await findings(page)).toEqual([])
      expect(
        await page.evaluate(() =>
          document
            .getAnimations()
            .filter(({ playState }) => playState === 'running')
            .map((animation) => (animation.effect as KeyframeEffect | null)?.target?.className),
        ),
      ).toEqual([])
    },
  )
})

describe('what reduced motion, forced colours and a screen reader get', { retry: 1 }, () => {
  const on = async (place: Place, work: (stage: Stage) => Promise<void>) => {
    await place.api('PATCH', '/settings', { language: 'en' })
    const stage = await stageOf(browser, place, en)
    try {
      await work(stage)
    } finally {
      await stage.leave()
    }
  }

  test('nothing moves where motion is to be reduced, also while something loads', async () => {
    await world.api('PATCH', '/settings', { language: 'en' })
    const stage = await stageOf(browser, world, en, {
      fate: (call) => (/chats|stats|report/.test(call) ? 'held' : 'answered'),
    })
    for (const path of ['/', '/chats', '/health']) {
      await stage.open(path)
      await stage.page.locator('.mantine-Skeleton-root').first().waitFor()
      const moving = await stage.page.evaluate(() =>
        [...document.querySelectorAll('*')]
          .map((element) => getComputedStyle(element))
          .flatMap(({ transitionDuration, animationName, animationDuration }) => [
            ...transitionDuration.split(', '),
            ...(animationName === 'none' ? [] : animationDuration.split(', ')),
          ])
          .filter((duration) => Number.parseFloat(duration) > 0.001),
      )
      expect(moving, path).toEqual([])
    }
    await stage.leave()
  })

  test('in forced colours the page that is open, what has the focus and what is chosen still show', () =>
    on(world, async (stage) => {
      await stage.page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
      await stage.open('/chats')
      await stage.page.getByRole('option').first().click()
      await stage.page.getByRole('article').first().waitFor()
      const outlined = (selector: string) =>
        stage.page.evaluate((chosen) => {
          const element = document.querySelector(chosen)
          return element ? getComputedStyle(element).outlineStyle : 'missing'
        }, selector)
      expect(await outlined('nav [data-active]')).toBe('solid')
      expect(await outlined('[role="option"][data-current]')).toBe('solid')
      await stage.page.keyboard.press('Tab')
      expect(await outlined(':focus-visible')).toBe('solid')
      expect(await findings(stage.page, ['color-contrast'])).toEqual([])
    }))

  test('the connection and the end of jobs are said aloud', () =>
    on(world, async ({ page, open }) => {
      await open('/')
      const said = page.locator('.mantine-VisuallyHidden-root[role="status"]')
      await expect.poll(() => said.textContent()).toContain(en.session.open)
      await world.api('POST', '/session/pause', { minutes: 5 })
      await expect.poll(() => said.textContent()).toContain(en.session.paused)
      await world.api('POST', '/session/resume', {})
      await world.api('POST', '/backups', {})
      await expect.poll(() => said.textContent()).toBe(`${en.jobs.kind.backup}: ${en.jobs.state.done}`)
    }))

  test('the steps of the welcome have no finding; the QR code has its words, and a way without a camera', async () => {
    const firstDay = await createFirstDay()
    try {
      await on(firstDay, async ({ page, open, words }) => {
        await open('/welcome')
        expect(await findings(page)).toEqual([])
        await page.getByRole('checkbox', { name: words.welcome.accept }).click()
        for (const step of ['data', 'link', 'model', 'bot'] as const) {
          await page.getByRole('button', { name: words.action.next }).click()
          await page.getByRole('region', { name: words.welcome.step[step] }).waitFor()
          if (step === 'link') {
            await page.getByRole('img', { name: words.welcome.qrLabel }).waitFor()
            await page.getByRole('button', { name: words.welcome.qrText }).click()
            await page.getByText(/linked_devices#/).waitFor()
            expect(await page.getByText(words.welcome.byCode, { exact: true }).count()).toBe(1)
          }
          expect(await findings(page), step).toEqual([])
        }
      })
    } finally {
      await firstDay.close()
    }
  })
})
