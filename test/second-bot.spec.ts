import { chromium, type Page } from 'playwright-core'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { createModelEndpoint } from '../emulator/demo/model-endpoint.ts'
import { chromiumPath } from './chromium.ts'
import { modelEnvironment, startLinkedApp } from './linked-app.ts'

vi.setConfig({ testTimeout: 240_000 })
beforeAll(() => bundle())
const WHY = /Another program answers as this bot/

const disposals: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose()
})

/** A model that thinks until it is told to speak. */
async function patientModel() {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const asked: string[] = []
  const endpoint = await createModelEndpoint({
    name: 'm',
    async answer(_system, text) {
      asked.push(text)
      if (text === 'who is first?') await released
      return `answer to ${text}`
    },
  })
  disposals.push(() => endpoint.close())
  return { endpoint, asked, release }
}

async function openPage(address: string): Promise<Page> {
  const browser = await chromium.launch({
    executablePath: chromiumPath() ?? '',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  disposals.push(() => browser.close())
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US' })
  const page = await context.newPage()
  await page.goto(address)
  return page
}

test.each(['with a quote', 'without one'])(
  'another companion of the account answers first, %s: ours stays silent in that chat, and says why',
  async (how) => {
    const model = await patientModel()
    const linked = await startLinkedApp({ built: true, env: modelEnvironment(model.endpoint) })
    disposals.push(() => linked.close())
    const { emulator, switchOn } = linked
    const ana = emulator.contact({ name: 'Ana Souza', pn: '15550007001', lid: '870000001' })
    const ben = emulator.contact({ name: 'Ben Carter', pn: '15550007002', lid: '870000002' })
    const service = emulator.owner.companion()
    for (const contact of [ana, ben]) {
      await contact.say('hello')
      await switchOn(contact, 'translation')
    }

    const asked = await ana.say('who is first?')
    await expect.poll(() => model.asked, { timeout: 30_000 }).toContain('who is first?')
    await service.say(ana, '[ai] I am', how === 'with a quote' ? { quote: asked } : {})
    await expect.poll(async () => (await linked.chat(ana)).bots[0]?.enabled, { timeout: 30_000 }).toBe(false)
    model.release()

    // REST, activity and the page tell the same.
    expect((await linked.chat(ana)).bots[0]).toMatchObject({
      bot: 'translation',
      stopped: { code: 'second-bot', message: expect.stringMatching(WHY) },
    })
    await expect
      .poll(async () => (await linked.activity()).find(({ text }) => text === 'who is first?'))
      .toMatchObject({ state: 'cancelled', reason: { code: 'second-bot', message: expect.stringMatching(WHY) } })
    const page = await openPage(`${linked.app.url}/#token=${linked.token}`)
    await page.getByRole('link', { name: 'Chats' }).click()
    await page.getByRole('option', { name: /Ana Souza/ }).click()
    await page.getByText(WHY).first().waitFor()
    await page.getByRole('link', { name: 'Activity' }).click()
    await page.getByText(WHY).first().waitFor()

    // In that chat alone; and what was thought of meanwhile is not said.
    const ignored = await ana.say('and now?')
    const other = await ben.say('still there?')
    await ben.next(({ quotedId }) => quotedId === other.id, 30_000)
    await linked.app.stop()
    await linked.start()
    const afterwards = await ben.say('and after a restart?')
    await ben.next(({ quotedId }) => quotedId === afterwards.id, 30_000)
    expect([asked, ignored].flatMap((said) => ana.inbox.answersTo(said)).map(({ from }) => from)).toEqual(
      how === 'with a quote' ? [service.lid] : [],
    )
    expect(ana.inbox.items.map(({ text }) => text)).toEqual(['[ai] I am'])
  },
)
