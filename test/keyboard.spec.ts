// From the first start to a restored backup without a mouse: no click, no pointer, only keys. Whatever has the focus must show it, and
// a dialog gives the focus back to what opened it.
import type { Locator, Page } from 'playwright-core'
import { afterEach, expect, test } from 'vitest'
import { createEmulator } from '../emulator/index.ts'
import { inEachHost } from './hosts.ts'

const disposals: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose()
})

const PATIENT_MS = 20_000
const MOST_STEPS = 80

const hasFocus = (target: Locator) => target.evaluate((element) => element === document.activeElement)

/** An outline, a shadow or another border: of the element itself, or of what it is drawn by (a hidden input and its box). */
function focusShows(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const focused = document.activeElement
    if (!focused || focused === document.body) return false
    const drawn = [
      focused,
      ...(focused.parentElement?.children ?? []),
      ...(focused.parentElement ? [focused.parentElement] : []),
    ]
    return drawn.some((element) => {
      const style = getComputedStyle(element)
      const outlined = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0
      // A text field shows its focus by its border.
      return outlined || style.boxShadow !== 'none' || element.matches('input, textarea, [role=listbox]')
    })
  })
}

/** Tab after Tab until it is reached, as somebody without a mouse goes there. */
async function reach(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await target.waitFor({ state: 'attached', timeout: PATIENT_MS })
  for (let step = 0; step < MOST_STEPS; step++) {
    if (await hasFocus(target)) {
      expect(await focusShows(page), `the focus shows on ${String(target)}`).toBe(true)
      return
    }
    await page.keyboard.press(key)
  }
  throw new Error(`${String(target)} cannot be reached with ${key}.`)
}
async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await reach(page, target)
  await page.keyboard.press(key)
}

inEachHost((start) => {
  test('linked, assigned, backed up and restored by keyboard alone', { timeout: 150_000, retry: 1 }, async () => {
    const emulator = await createEmulator()
    disposals.push(() => emulator.close())
    const ana = emulator.contact({ name: 'Ana Souza', pn: '5511999990001', lid: '700000001' })
    const host = await start({ emulatorUrl: emulator.url })
    disposals.push(() => host.close())
    const { page } = host
    const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
    const clicks: string[] = []
    await page.exposeFunction('pointed', (what: string) => void clicks.push(what))
    await page.evaluate(() =>
      window.addEventListener('pointerdown', ({ target }) =>
        (window as unknown as { pointed(what: string): void }).pointed(
          target instanceof Element ? target.outerHTML : 'the page',
        ),
      ),
    )

    // Link: the honest word, the data, and a code to type on the phone.
    await press(page, page.getByRole('checkbox', { name: /I understand/ }), 'Space')
    await press(page, button('Next'))
    await page.getByRole('heading', { name: 'Where your data lives' }).waitFor()
    await press(page, button('Next'))
    await reach(page, page.getByRole('radio', { name: 'Scan a code' }))
    await page.keyboard.press('ArrowRight')
    await reach(page, page.getByLabel('Your phone number'))
    await page.keyboard.type(`+${emulator.owner.account.pn.split('@')[0]}`)
    await page.keyboard.press('Enter')
    const code = page.getByLabel('Pairing code')
    await code.waitFor({ timeout: PATIENT_MS })
    const typed = ((await code.textContent()) ?? '').replace(/\W/g, '')
    await emulator.owner.enterCode(typed)
    await page.getByText(/Linked as|is linked/).waitFor({ timeout: PATIENT_MS })
    await ana.say('Hello')

    // Assign: no model is needed for an echo.
    await press(page, button('Next'))
    await press(page, button('Next'))
    await choose(page, 'Bot', 'Echo')
    await choose(page, 'Chat', 'Ana Souza')
    await press(page, button('Switch on and finish'))
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor({ timeout: PATIENT_MS })
    const asked = await ana.say('Can you hear me?')
    await ana.next(({ quotedId }) => quotedId === asked.id, PATIENT_MS)

    // In the chat itself a bot that is switched on moves to the other list, and takes the focus along.
    await page.keyboard.press('g')
    await page.keyboard.press('c')
    await press(page, page.getByRole('option', { name: /Ana Souza/ }))
    const joke = page.getByRole('switch', { name: 'Joke answers here' })
    await press(page, joke, 'Space')
    await expect.poll(() => joke.isChecked(), { timeout: PATIENT_MS }).toBe(true)
    await expect.poll(() => hasFocus(joke), { timeout: PATIENT_MS }).toBe(true)
    await page.keyboard.press('Space')
    await expect.poll(() => joke.isChecked(), { timeout: PATIENT_MS }).toBe(false)

    // Back up: by the command palette, which gives the focus back.
    await reach(page, page.getByRole('link', { name: 'Activity', exact: true }))
    await page.keyboard.press('Control+k')
    const palette = page
      .getByRole('textbox', { name: 'Command palette' })
      .or(page.getByRole('searchbox', { name: 'Command palette' }))
    await expect.poll(() => hasFocus(palette), { timeout: PATIENT_MS }).toBe(true)
    await page.keyboard.press('Escape')
    await expect
      .poll(() => hasFocus(page.getByRole('link', { name: 'Activity', exact: true })), { timeout: PATIENT_MS })
      .toBe(true)
    await page.keyboard.press('Control+k')
    await expect.poll(() => hasFocus(palette), { timeout: PATIENT_MS }).toBe(true)
    await page.keyboard.type('back up')
    await expect
      .poll(() => page.getByRole('dialog').getByRole('button').allTextContents(), { timeout: PATIENT_MS })
      .toEqual(['Back up now'])
    await page.getByRole('dialog').locator('[data-selected]', { hasText: 'Back up now' }).waitFor()
    await page.keyboard.press('Enter')
    // It fades away; until then the keys are its own.
    await palette.waitFor({ state: 'hidden' })
    await page.keyboard.press('g')
    await page.keyboard.press('u')
    await page.getByRole('heading', { name: 'Backups', level: 1 }).waitFor()
    await page.getByText('Verified', { exact: true }).first().waitFor({ timeout: PATIENT_MS })

    // Restore: the dialog begins at Cancel, and leaving it leads back to the button that opened it.
    await press(page, button(/^Restore the backup of/).first())
    const restore = button(/^Restore \d+ message/)
    await press(page, restore)
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    await expect
      .poll(() => hasFocus(dialog.getByRole('button', { name: 'Cancel' })), { timeout: PATIENT_MS })
      .toBe(true)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    await expect.poll(() => hasFocus(restore), { timeout: PATIENT_MS }).toBe(true)
    await page.keyboard.press('Enter')
    await expect
      .poll(() => hasFocus(dialog.getByRole('button', { name: 'Cancel' })), { timeout: PATIENT_MS })
      .toBe(true)
    await press(page, dialog.getByRole('button', { name: /^Restore \d+ message/ }))
    await page
      .getByText(/^Restored /)
      .first()
      .waitFor({ timeout: PATIENT_MS })

    // The bot goes on where it was, and says nothing again.
    const again = await ana.say('And now?')
    await ana.next(({ quotedId }) => quotedId === again.id, PATIENT_MS)
    expect(ana.inbox.answersTo(asked)).toHaveLength(1)
    expect(clicks).toEqual([])
  })
})

/** A list that opens below its field. */
async function choose(page: Page, label: string, option: string): Promise<void> {
  await reach(
    page,
    page
      .getByRole('textbox', { name: label, exact: true })
      .or(page.getByRole('combobox', { name: label, exact: true })),
  )
  await page.keyboard.press('ArrowDown')
  const wanted = page.getByRole('option', { name: new RegExp(`^${option}`) })
  await wanted.first().waitFor({ timeout: PATIENT_MS })
  for (let step = 0; step < MOST_STEPS; step++) {
    const chosen = page.locator('[role=option][data-combobox-selected]')
    if ((await chosen.count()) > 0 && new RegExp(`^${option}`).test((await chosen.first().textContent()) ?? '')) break
    await page.keyboard.press('ArrowDown')
  }
  await page.keyboard.press('Enter')
}
