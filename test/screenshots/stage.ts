import { type Browser, chromium, type Page } from 'playwright-core'
import { en } from '../../renderer/i18n/en.ts'
import { chromiumPath } from '../chromium.ts'
import { decideCalls, type Fate } from './frames.ts'
import type { Stage, Words } from './scenes.ts'
import type { World } from './world.ts'

export interface Place {
  url: string
  token: string
  api: World['api']
}
export interface StageOptions {
  fate?: (call: string) => Fate
  /** Of the browser; the page follows the program's settings. */
  locale?: string
  viewport?: { width: number; height: number }
  deviceScaleFactor?: number
}

export const startBrowser = () =>
  chromium.launch({
    executablePath: chromiumPath() ?? '',
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
  })

/** A page of the program in the language of `words`, which its settings must say, too. */
export async function stageOf(
  browser: Browser,
  place: Place,
  words: Words,
  { fate, ...context }: StageOptions = {},
): Promise<Stage & { leave(): Promise<void> }> {
  const own = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: words === en ? 'en-US' : 'pt-BR',
    reducedMotion: 'reduce',
    ...context,
  })
  const page = await own.newPage()
  if (fate) await decideCalls(page, fate)
  await page.goto(`${place.url}/#token=${place.token}`)
  await page.getByRole('main').waitFor()
  return {
    page,
    words,
    async open(path) {
      await page.goto('about:blank')
      await page.goto(`${place.url}/#${path}`)
      await page.getByRole('main').waitFor()
      if (!fate) await settled(page)
    },
    leave: () => own.close(),
  }
}

/** Skeletons have given way to what they stand for; above a long history more is only loaded for who scrolls there. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.querySelector(
        'main .mantine-Skeleton-root, main .mantine-Loader-root:not([data-testid=history] > *)',
      ) === null,
  )
}
