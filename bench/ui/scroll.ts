import type { Browser, Page } from 'playwright-core'
import { type Frames, traceFrames } from './trace.ts'

const SPEED = 2000
const SECONDS = 4

/** Turns the wheel without a pause; a positive way goes towards the top. */
export async function scrollFrames(browser: Browser, page: Page, testId: string, way: 1 | -1): Promise<Frames> {
  const box = await page.getByTestId(testId).boundingBox()
  if (!box) throw new Error(`${testId} is not on the page.`)
  const session = await page.context().newCDPSession(page)
  const turn = (seconds: number) =>
    session.send('Input.synthesizeScrollGesture', {
      x: Math.round(box.x + box.width / 2),
      y: Math.round(box.y + box.height / 2),
      yDistance: way * SPEED * seconds,
      speed: SPEED,
      gestureSourceType: 'mouse',
    })
  try {
    // What the page does for the first time in its life is compiled meanwhile.
    await turn(1)
    return await traceFrames(browser, page, () => turn(SECONDS))
  } finally {
    await session.detach()
  }
}
