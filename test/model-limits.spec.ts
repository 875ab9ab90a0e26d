// What a contact, another program and a model's endpoint may make the program spend and say, through the real protocol and over real HTTP.
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { createModelEndpoint, type ModelEndpoint } from '../emulator/demo/model-endpoint.ts'
import type { Contact } from '../emulator/index.ts'
import { chromiumPath } from './chromium.ts'
import { type LinkedApp, modelEnvironment, startLinkedApp } from './linked-app.ts'

vi.setConfig({ testTimeout: 240_000 })

const CALLS = 12
const CHARACTERS = 100_000
let endpoint: ModelEndpoint
let linked: LinkedApp
let characters = 0
let answer = (text: string) => `answer to ${text}`

beforeAll(async () => {
  await bundle()
  endpoint = await createModelEndpoint({
    name: 'm',
    answer(system, text) {
      characters += system.length + text.length
      return answer(text)
    },
  })
  linked = await startLinkedApp({ built: true, env: modelEnvironment(endpoint) })
}, 240_000)
afterAll(async () => {
  await linked.close()
  await endpoint.close()
})

let people = 0
async function person(name: string, bot: string): Promise<Contact> {
  people += 1
  const contact = linked.emulator.contact({ name, pn: `1555000610${people}`, lid: `86000010${people}` })
  await contact.say('hello')
  await linked.switchOn(contact, bot)
  return contact
}
const limits = (patch: Record<string, unknown>) => linked.app.api('PATCH', '/settings', { limits: patch })
const reasons = async () => (await linked.activity()).map(({ state, reason }) => reason?.code ?? state)

test('a flood of long messages costs no more than the budget', async () => {
  await limits({ chat_calls_per_day: CALLS, chat_characters_per_day: CHARACTERS })
  const eve = await person('Eve', 'joke')
  const flood = 40
  for (let n = 0; n < flood; n += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, m) => eve.say(`${n + m} ${'many words '.repeat(6000)}`)))
  }
  const overBudget = async () => (await reasons()).filter((one) => one === 'budget-chat').length
  await expect.poll(async () => (await overBudget()) + endpoint.calls, { timeout: 60_000 }).toBe(flood)
  expect(endpoint.calls).toBeGreaterThan(5)
  expect(endpoint.calls).toBeLessThanOrEqual(CALLS)
  expect(characters).toBeLessThanOrEqual(CHARACTERS)
  // The budget is in the file: killed and started again, the program has none left.
  const { calls } = endpoint
  await linked.app.kill()
  await linked.start()
  await eve.say(`and now? ${'many words '.repeat(6000)}`)
  await expect.poll(overBudget, { timeout: 60_000 }).toBe(flood + 1 - calls)
  expect(endpoint.calls).toBe(calls)
  // Another chat has its own.
  const ana = await person('Ana', 'joke')
  const answered = ana.next((item) => item.text === '[joke] answer to good day', 30_000)
  await ana.say('good day')
  await answered
})

test('a model that does not stop is cut: five messages, or none', async () => {
  await limits({ chat_calls_per_day: null, chat_characters_per_day: null })
  const ben = await person('Ben', 'joke')
  answer = () => 'All work and no play makes a dull answer. '.repeat(20_000)
  const last = ben.next((item) => item.text?.endsWith(' […]') === true, 60_000)
  await ben.say('tell me everything')
  expect((await last).text).toMatch(/^\[joke\] 5\/5 /)
  answer = () => 'x'.repeat(10_000_000)
  const before = ben.inbox.count
  await ben.say('and more')
  await expect.poll(async () => (await reasons())[0], { timeout: 60_000 }).toBe('model-oversized')
  expect(ben.inbox.count).toBe(before)
  answer = (text) => `answer to ${text}`
})

test('a program that answers every answer is left alone, and the page says so and switches on again', async () => {
  const robot = await person('Robot', 'translation')
  const assignment = async () => (await linked.chat(robot)).bots.find(({ bot }) => bot === 'translation')
  let said = 0
  while (said < 300 && (await assignment())?.enabled) {
    const before = robot.inbox.count
    await robot.say(`Beep, this is message ${said++} of the robot.`)
    await expect
      .poll(async () => robot.inbox.count > before || !(await assignment())?.enabled, { timeout: 30_000, interval: 20 })
      .toBe(true)
  }
  expect(said).toBeGreaterThan(4)
  expect(said).toBeLessThan(20)
  expect(await assignment()).toMatchObject({
    enabled: false,
    stopped: { code: 'bot-loop', message: expect.stringContaining('Another program') },
  })
  expect((await reasons())[0]).toBe('bot-loop')

  const browser = await chromium.launch({
    executablePath: chromiumPath() ?? '',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  try {
    const page = await browser.newPage({ locale: 'en-US' })
    await page.goto(`${linked.app.url}/#token=${linked.token}`)
    await page.getByRole('link', { name: 'Chats' }).click()
    await page.getByRole('option', { name: /Robot/ }).click()
    await page
      .getByText(/Another program seems to answer this bot/)
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Switch on again: Translation' }).click()
    await expect.poll(async () => (await assignment())?.enabled).toBe(true)
  } finally {
    await browser.close()
  }
  const answered = robot.next((item) => item.text === '[ai] answer to Are you there?', 30_000)
  await robot.say('Are you there?')
  await answered
})
