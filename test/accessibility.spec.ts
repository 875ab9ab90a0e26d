import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCast } from '../emulator/demo/cast.ts'
import { createEmulator, type Emulator } from '../emulator/index.ts'
import { type HostUnderTest, headless } from './hosts.ts'

/** WHATSLANG_PICTURES names a folder: each page is also kept as a picture, in both sizes, schemes and languages. */
const pictures = process.env.WHATSLANG_PICTURES
const PAGES = ['/', '/chats', '/bots', '/activity', '/backups', '/health', '/settings', '/welcome']

let emulator: Emulator
let host: HostUnderTest
let chat: string

beforeAll(async () => {
  emulator = await createEmulator({ history: false })
  const cast = createCast(emulator)
  host = await headless({ emulatorUrl: emulator.url })
  const { page } = host
  await host.open('/welcome')
  await page.getByRole('checkbox', { name: /I understand/ }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Show the code as text' }).click()
  const online = emulator.online(60_000).then(() => emulator.owner.sendHistory(cast.past(Date.now())))
  emulator.owner.scan(((await page.getByText(/linked_devices#/).textContent()) ?? '').trim())
  await online
  await host.open('/chats')
  const row = page.getByRole('option').first()
  await row.waitFor()
  await row.click()
  await page.getByRole('switch').first().waitFor()
  await page.getByRole('switch', { name: /Echo/ }).click({ force: true })
  chat = new URL(page.url()).hash.slice(1)
  if (pictures) mkdirSync(pictures, { recursive: true })
}, 120_000)
afterAll(async () => {
  await host.close()
  await emulator.close()
})

describe.each(['light', 'dark'] as const)('in the %s scheme', { retry: 1 }, (colorScheme) => {
  test.each([...PAGES, 'a chat'])('%s has no finding of axe', async (name) => {
    const { page } = host
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await host.open(name === 'a chat' ? chat : name)
    await page.getByRole('main').waitFor()
    // Skeletons give way to what they stand for.
    await page.waitForTimeout(1200)
    for (const [width, height] of [
      [1280, 800],
      [900, 600],
    ] as const) {
      await page.setViewportSize({ width, height })
      if (pictures) {
        const file = `${name.replaceAll(/\W/g, '') || 'overview'}-${colorScheme}-${width}.png`
        await page.screenshot({ path: join(pictures, file) })
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 })
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`)).toEqual([])
  })
})
