import type { Stage } from './stage.ts'
import { until } from './stage.ts'

/** What somebody came for: the figures of the overview; the first chats, or the sentence that there are none. */
const USEFUL = {
  '/': "document.querySelectorAll('main dd[data-figures]').length >= 8",
  '/chats': 'document.querySelector(\'[role=option], main a[href$="#/welcome"]\') !== null',
} as const
export type PaintedPage = keyof typeof USEFUL
export const PAINTED = Object.keys(USEFUL) as PaintedPage[]

/** Milliseconds from the start of the navigation to the frame that shows something useful; nothing is cached. */
export async function firstUsefulPaint(stage: Stage, path: PaintedPage): Promise<number> {
  const context = await stage.newContext()
  try {
    const page = await context.newPage()
    await page.addInitScript(`{
      const observer = new MutationObserver(() => {
        if (!(${USEFUL[path]})) return
        observer.disconnect()
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => { window.usefulAt = performance.now() }
          port2.postMessage(null)
        })
      })
      observer.observe(document, { childList: true, subtree: true })
    }`)
    await page.goto(`${stage.app.url}/#${path}`)
    let at: unknown
    await until(`Something useful at ${path}`, async () => {
      at = await page.evaluate('window.usefulAt')
      return typeof at === 'number'
    })
    return Number(at)
  } finally {
    await context.close()
  }
}
