import type { Page } from 'playwright-core'

/** In the page: milliseconds from the event to the frame that shows `done`. */
const ARM = `window.measured = (event, done) => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error('The page did not show it within 30 seconds.')), 30_000)
  const from = event === null ? Promise.resolve(performance.now())
    : new Promise((begun) => window.addEventListener(event, ({ timeStamp }) => begun(timeStamp), { capture: true, once: true }))
  void from.then((start) => {
    const look = () => {
      if (!done()) return
      observer.disconnect()
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => resolve(performance.now() - start)
        port2.postMessage(null)
      })
    }
    const observer = new MutationObserver(look)
    observer.observe(document, { childList: true, subtree: true, attributes: true, characterData: true })
    look()
  })
})`

/** Does `act` and measures until the page shows what `done` (an expression of the page) asks for. */
export async function measured(page: Page, event: string, done: string, act: () => Promise<unknown>): Promise<number> {
  await page.evaluate(`${ARM}; window.measuring = window.measured(${JSON.stringify(event)}, () => ${done}); void 0`)
  await act()
  return Number(await page.evaluate('window.measuring'))
}

const LIST = "document.querySelector('[role=listbox]')"
const KEYS = ['query', 'type', 'activity', 'bots', 'sort', 'order']
const listShows = (filter: Record<string, string>) =>
  `${LIST}?.getAttribute('aria-busy') === 'false' && ((f, wanted) => ${JSON.stringify(KEYS)}.every((key) => f[key] === wanted[key]))(JSON.parse(${LIST}.dataset.filter), ${JSON.stringify(filter)})`

/** Letter by letter, as somebody types who looks at each answer. */
export async function typeWords(page: Page, words: readonly string[]): Promise<number[]> {
  const box = page.locator('[data-page-search]')
  const times: number[] = []
  for (const word of words) {
    for (let length = 1; length <= word.length; length++) {
      await box.focus()
      const typed = word.slice(0, length)
      times.push(
        await measured(page, 'input', listShows({ query: typed }), () => page.keyboard.type(typed.at(-1) ?? '')),
      )
      // The pause between two letters of a quick typist.
      await page.waitForTimeout(120)
    }
    await measured(page, 'input', listShows({}), () => box.fill(''))
    await page.waitForTimeout(120)
  }
  return times
}

/** A field of the menu, what is chosen there, and what the list's filter then is. */
export type FilterChoice = readonly [field: string, option: string, filter: Record<string, string>]

/** One field after the other, in the menu: to the frame that shows the list. */
export async function chooseFilters(page: Page, choices: readonly FilterChoice[]): Promise<number[]> {
  await page.getByRole('button', { name: /^Filters and order|filters? on$/ }).click()
  const menu = page.getByRole('dialog', { name: 'Filters and order' })
  const times: number[] = []
  for (const [field, option, filter] of choices) {
    const select = menu.getByRole('combobox', { name: field })
    times.push(await measured(page, 'change', listShows(filter), () => select.selectOption({ label: option })))
    // The address follows, as it does while somebody looks at the answer.
    await page.waitForTimeout(400)
  }
  await page.keyboard.press('Escape')
  await menu.waitFor({ state: 'hidden' })
  return times
}

export async function searchInChat(page: Page, words: readonly string[]): Promise<number[]> {
  await page.getByRole('button', { name: 'Search in this chat' }).click()
  const box = page.getByRole('searchbox', { name: 'Search in this chat' })
  const times: number[] = []
  for (const word of words) {
    for (let length = 1; length <= word.length; length++) {
      await box.focus()
      const typed = word.slice(0, length)
      const results = "document.querySelector('section[data-query]')"
      const done = `${results}?.dataset.query === ${JSON.stringify(typed)} && ${results}.getAttribute('aria-busy') === 'false'`
      times.push(await measured(page, 'input', done, () => page.keyboard.type(typed.at(-1) ?? '')))
      await page.waitForTimeout(120)
    }
    await box.fill('')
  }
  return times
}

/** From one chat to the next, down the list: to the frame that shows its name and its messages. */
export async function switchChats(page: Page, count: number): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    await page.getByTestId('chat-scroller').evaluate((element, top) => element.scrollTo({ top }), index * 56)
    const row = page.locator(`#chat-${index}`)
    await row.waitFor()
    const name = (await row.locator('[dir="auto"]').first().textContent()) ?? ''
    const done = `document.querySelector('[data-testid=history] [data-message]') && document.querySelector('h2')?.textContent === ${JSON.stringify(name)}`
    times.push(await measured(page, 'click', done, () => row.click()))
  }
  return times
}
