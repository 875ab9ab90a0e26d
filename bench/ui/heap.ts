import type { CDPSession } from 'playwright-core'
import { chooseFilters, switchChats, typeWords } from './answers.ts'
import type { Stage } from './stage.ts'
import { until } from './stage.ts'

export interface Held {
  megabytes: number
  nodes: number
  listeners: number
}

/** What is left once everything that nobody holds has been collected. */
async function held(session: CDPSession): Promise<Held> {
  for (let turn = 0; turn < 3; turn++) await session.send('HeapProfiler.collectGarbage')
  const { metrics } = await session.send('Performance.getMetrics')
  const value = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN
  return {
    megabytes: Math.round(value('JSHeapUsedSize') / 1e5) / 10,
    nodes: value('Nodes'),
    listeners: value('JSEventListeners'),
  }
}

const PAGES = ['/', '/bots', '/activity', '/backups', '/health', '/settings'] as const
const MESSAGES = 60

/**
 * Rounds of what somebody does in a few minutes: every page, chats from end to end, searches, filters, while messages arrive. Returns what the page
 * holds after a few rounds, when every part of it has been loaded once, and after the last one.
 */
export async function actForAnHour(stage: Stage, rounds: number): Promise<{ early: Held; late: Held; most: number }> {
  const contact = stage.emulator.contact({ name: 'Passer-by', pn: '15550000901', lid: '8100000901' })
  const page = await stage.newPage('/chats')
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  await page.locator('[role=option]').first().waitFor()
  let early: Held | undefined
  let late: Held | undefined
  let most = 0
  for (let round = 1; round <= rounds; round++) {
    const talking = (async () => {
      for (let message = 0; message < MESSAGES; message++) await contact.say(`round ${round}, message ${message}`)
    })()
    for (const path of PAGES) {
      await page.evaluate(`location.hash = '#${path}'`)
      await page.locator('main h1').first().waitFor()
      await page.waitForTimeout(150)
    }
    await page.evaluate("location.hash = '#/chats'")
    await page.locator('[role=option]').first().waitFor()
    await switchChats(page, 8)
    const history = page.getByTestId('history')
    for (let turn = 0; turn < 6; turn++) {
      await history.evaluate((element) => element.scrollTo({ top: 0 }))
      await page.waitForTimeout(150)
    }
    await page.evaluate("location.hash = '#/chats'")
    await typeWords(page, ['a', 'ma'])
    await chooseFilters(page, [
      ['Type', 'Groups', { type: 'group' }],
      ['Bots', 'With a bot on', { type: 'group', bots: 'with' }],
    ])
    const scroller = page.getByTestId('chat-scroller')
    for (let turn = 1; turn <= 10; turn++) {
      await scroller.evaluate((element, top) => element.scrollTo({ top }), turn * round * 900)
      await page.waitForTimeout(50)
    }
    await talking
    await page.evaluate("location.hash = '#/chats'")
    await until('The unfiltered list', () => page.evaluate("location.hash === '#/chats'"))
    late = await held(session)
    most = Math.max(most, late.megabytes)
    if (round === Math.min(6, Math.ceil(rounds / 3))) early = late
  }
  await page.context().close()
  if (!early || !late) throw new Error('No round was made.')
  return { early, late, most }
}
