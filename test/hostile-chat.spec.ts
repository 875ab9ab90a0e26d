import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { createEmulator, type Emulator } from '../emulator/index.ts'
import { type DesktopUnderTest, launchDesktop } from './electron/launch.ts'
import { desktop, type HostUnderTest, headless } from './hosts.ts'

const HOSTS = [
  ['the headless host', headless],
  ['the desktop host', desktop],
] as const

/** Stands in every hostile text, so that each place that shows one is found. */
const MARK = 'zzEVILzz'
const RLO = '\u202e'
const NAME = `${MARK} <img src=x onerror="globalThis.hacked=1"> ${RLO}gpj.exe $t(error.unexpected) {{count}}`
const SUBJECT = `"><script>globalThis.hacked=1</script>${MARK}\u2066\u202d <b>bold</b>`
const TEXTS = [
  `${MARK} <script>globalThis.hacked=1</script><img src="https://evil.example/x.png" onerror="globalThis.hacked=1">`,
  `${MARK} <iframe src="javascript:parent.hacked=1"></iframe><svg onload="globalThis.hacked=1"><a href="javascript:globalThis.hacked=1">x</a>`,
  `${MARK} javascript:globalThis.hacked=1 data:text/html,<script>hacked=1</script> vbscript:x file:///etc/passwd app://whatslang/`,
  `${MARK} https://evil.example/"onmouseover="globalThis.hacked=1 https://bank.example@evil.example/`,
  `${MARK} ${RLO}txt.exe\u2067\u2068\u202a right to left`,
  `${MARK} \u0001\u0007\u0008\u001b[31mred\u001b[0m\u007f\r\rend`,
  `${MARK} ${`Z${'\u0335\u0353\u0362'.repeat(120)}`.repeat(12)}`,
  `${MARK} ${'😀'.repeat(10_000)}`,
  `${MARK} ${'W'.repeat(20_000)}`,
  `${MARK} $t(app) {{constructor.constructor('globalThis.hacked=1')()}} \${hacked} %s %n`,
]
const MEGABYTE = `${MARK} ${'long words and no end '.repeat(48_000)}`

const disposals: (() => unknown)[] = []
beforeAll(() => bundle())
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose()
})

async function link(page: Page, open: (path: string) => Promise<unknown>, emulator: Emulator): Promise<void> {
  await open('/welcome')
  await page.getByRole('checkbox', { name: /I understand/ }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Show the code as text' }).click()
  emulator.owner.scan(((await page.getByText(/linked_devices#/).textContent()) ?? '').trim())
  await page.getByText(/Linked as|is linked/).waitFor()
}

/** Whatever a page must not do: noted for as long as it lives. */
function watch(page: Page): string[] {
  const noted: string[] = []
  const own = new URL(page.url()).host
  page.on('dialog', (dialog) => {
    noted.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('popup', (popup) => noted.push(`window: ${popup.url()}`))
  page.on('pageerror', (error) => noted.push(`error: ${error.message}`))
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url())
    if (protocol !== 'blob:' && protocol !== 'data:' && host !== own) noted.push(`request: ${request.url()}`)
  })
  return noted
}

/** How many bots are on, as the program has saved it. */
function switchedOn(dataDirectory: string): unknown {
  const db = new Database(join(dataDirectory, 'messages.db'), { readonly: true })
  try {
    return db.prepare('SELECT count(*) FROM bot_chat_assignments WHERE enabled = 1').pluck().get()
  } finally {
    db.close()
  }
}

/** What the texts made of the page beside text. */
const traces = (page: Page, mark: string) =>
  page.evaluate((marked) => {
    const found: string[] = []
    const harmless = new Set('ARTICLE DIV SPAN BDI TIME BUTTON A LI P'.split(' '))
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent ?? ''
      if (/[\u202a-\u202e\u2066-\u2069]/.test(text)) found.push(`turns the direction: ${text.slice(0, 60)}`)
      if (!text.includes(marked)) continue
      const parent = node.parentElement
      let isolated = false
      for (let at: Element | null = parent; at && at !== document.body; at = at.parentElement)
        if (at.tagName === 'BDI' || /isolate/.test(getComputedStyle(at).unicodeBidi)) isolated = true
      // A list’s block is an isolate of its own; what stands in a line with our words must be one.
      if (!isolated) found.push(`not isolated: ${parent?.tagName} ${parent?.className}`)
    }
    for (const article of document.querySelectorAll('article'))
      for (const element of article.querySelectorAll('*'))
        if (!harmless.has(element.tagName) && !element.closest('svg[aria-hidden]'))
          found.push(`element: ${element.outerHTML.slice(0, 80)}`)
    for (const element of document.querySelectorAll(
      'main script, main iframe, main object, main embed, main base, main img',
    ))
      found.push(`element: ${element.outerHTML.slice(0, 80)}`)
    for (const anchor of document.querySelectorAll<HTMLAnchorElement>('a[href]'))
      if (!/^https?:\/\//.test(anchor.href) && !anchor.getAttribute('href')?.startsWith('#'))
        found.push(`link: ${anchor.href}`)
    for (const element of document.querySelectorAll('*'))
      for (const { name } of element.attributes) if (/^on/i.test(name)) found.push(`handler: ${name}`)
    if ('hacked' in globalThis) found.push('a script ran')
    if (/[\u202a-\u202e\u2066-\u2069\n]/.test(document.title)) found.push('the title turns')
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} wide in ${clientWidth}`)
    const history = document.querySelector('[data-testid="history"]')
    if (history && history.scrollWidth > history.clientWidth) found.push('the history scrolls sideways')
    return [...new Set(found)]
  }, mark)

describe.each(HOSTS)('a hostile chat in %s', { retry: 1 }, (_name, start) => {
  test('changes nothing but text on the page', async () => {
    const emulator = await createEmulator()
    disposals.push(() => emulator.close())
    const mallory = emulator.contact({ name: NAME, pn: '15550000666', lid: '700000666' })
    const quiet = emulator.contact({ name: '', pn: '15550000667', lid: '700000667' })
    const group = emulator.group({ subject: SUBJECT, members: [mallory, quiet] })
    const host: HostUnderTest = await start({ emulatorUrl: emulator.url })
    disposals.push(() => host.close())
    const { page } = host
    await link(page, host.open, emulator)
    const noted = watch(page)

    for (const text of TEXTS) await mallory.say(text)
    await mallory.sayIn(group, TEXTS[0] ?? '')
    await quiet.sayIn(group, TEXTS[2] ?? '')
    await mallory.say('An ordinary link: https://example.org/menu.')
    await host.open('/chats')
    const row = page.getByRole('option').filter({ hasText: 'gpj.exe' })
    await row.waitFor()
    await row.click()
    await page.getByRole('article').filter({ hasText: 'An ordinary link' }).waitFor()
    // Shown as it was written, tags and all.
    await page.getByText('<script>globalThis.hacked=1</script><img').first().waitFor()
    await page.getByText('$t(app) {{constructor').first().waitFor()
    expect(await page.getByRole('article').count()).toBe(TEXTS.length + 1)
    expect(await traces(page, MARK)).toEqual([])
    // Only what is an address is a link, and it ends where markup could begin.
    const hrefs = await page
      .locator('article a')
      .evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href))
    expect(hrefs.filter((href) => !href.startsWith('https://evil.example/'))).toEqual(['https://example.org/menu'])
    expect(hrefs.filter((href) => /onmouseover|@/.test(href))).toEqual([])

    await page.getByRole('switch', { name: /Echo/ }).click({ force: true })
    // The switch moves before the program has saved it, and a message that comes sooner is not answered.
    await expect.poll(() => switchedOn(host.dataDirectory), { timeout: 20_000 }).toBe(1)
    const echoed = mallory.next((item) => item.text?.startsWith('[echo]') === true, 20_000)
    await mallory.say(`${MARK} <u>again</u> ${RLO}`)
    await echoed
    for (const path of ['/activity', '/', '/health', '/bots/echo', '/settings', '/chats']) {
      await host.open(path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForFunction(() => document.querySelector('main .mantine-Skeleton-root') === null)
      expect(await traces(page, MARK), path).toEqual([])
    }
    await page.getByRole('option').filter({ hasText: '<b>bold</b>' }).click()
    await page.getByRole('article').nth(1).waitFor()
    expect(await traces(page, MARK)).toEqual([])
    await page.getByRole('button', { name: 'More for this chat' }).click()
    await page.getByRole('menuitem', { name: 'Delete this chat' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder(/Type a page/).fill(MARK)
    await page.getByText('<b>bold</b>').last().waitFor()
    await page.keyboard.press('Escape')
    expect(noted).toEqual([])
  })

  test('a message of a megabyte is cut, shown whole when asked for, and the page goes on answering', async () => {
    const emulator = await createEmulator()
    disposals.push(() => emulator.close())
    const mallory = emulator.contact({ name: 'Mallory Demo', pn: '15550000666', lid: '700000666' })
    const host: HostUnderTest = await start({ emulatorUrl: emulator.url })
    disposals.push(() => host.close())
    const { page } = host
    await link(page, host.open, emulator)
    await mallory.say(MEGABYTE)
    await host.open('/chats')
    await page.getByRole('option', { name: /Mallory/ }).click()
    const article = page.getByRole('article').first()
    await article.waitFor()
    expect((await article.textContent())?.length).toBeLessThan(5000)
    await article.getByRole('button', { name: /Show all/ }).click()
    await expect.poll(async () => (await article.textContent())?.length ?? 0).toBeGreaterThan(1_000_000)
    await article.getByRole('button', { name: 'Show less' }).click()
    await expect.poll(async () => (await article.textContent())?.length ?? 0).toBeLessThan(5000)
    expect(await traces(page, MARK)).toEqual([])
    await page.getByRole('link', { name: 'Bots' }).click()
    await page.getByRole('heading', { name: 'Bots', level: 1 }).waitFor()
  })

  test('taken over, it can ask for nothing but the contract', async () => {
    const emulator = await createEmulator()
    disposals.push(() => emulator.close())
    const host: HostUnderTest = await start({ emulatorUrl: emulator.url })
    disposals.push(() => host.close())
    const { page } = host
    await page.getByRole('main').waitFor()
    const answers = await page.evaluate(async () => {
      const calls: [string, unknown][] = [
        ['/nothing/here', {}],
        ['/__proto__/toString', {}],
        ['/chats/get', { jid: 5 }],
        ['/chats/get', { jid: '../../../etc/passwd' }],
        ['/host/openLink', { url: 'file:///etc/passwd' }],
        ['/host/openLink', { url: 'javascript:alert(1)' }],
        ['/backups/file', { id: '../messages.db' }],
        ['/restore/preview', { upload: '../../etc/passwd' }],
        ['/settings/setSecret', { name: 'token', value: 'x' }],
        ['/settings/update', { model: { base_url: 'not an address' } }],
        ['/data/reset', { confirmation: 'yes' }],
        ['/health/live', undefined],
      ]
      const connect = () =>
        new Promise<(frame: string) => void>((ready) => {
          if ('whatslang' in globalThis) {
            const { port1, port2 } = new MessageChannel()
            port1.addEventListener('message', ({ data }) => take(String(data)))
            port1.start()
            window.postMessage('whatslang:connect', '*', [port2])
            return ready((frame) => port1.postMessage(frame))
          }
          const socket = new WebSocket(`ws://${location.host}/rpc`)
          socket.addEventListener('message', ({ data }) => take(String(data)))
          socket.addEventListener('open', () => ready((frame) => socket.send(frame)))
        })
      const statuses = new Map<string, number>()
      let done: () => void = () => undefined
      const all = new Promise<void>((resolve) => {
        done = resolve
      })
      function take(frame: string) {
        const { i, p } = JSON.parse(frame) as { i: string; p?: { s?: number } }
        if (Number(i) < 1000) return
        statuses.set(i, p?.s ?? 200)
        if (statuses.size === calls.length) done()
      }
      const broken = await connect()
      for (const frame of ['{{{', 'null', '[]', '""', '{"i":"1"}']) broken(frame)
      const send = await connect()
      for (const [index, [path, json]] of calls.entries())
        send(JSON.stringify({ i: String(index + 1000), p: { u: path, b: { json } } }))
      await all
      return calls.map(([path], index) => [path, statuses.get(String(index + 1000))])
    })
    // The last one shows that the program still answers after all that.
    expect(answers.at(-1)).toEqual(['/health/live', 200])
    for (const [path, status] of answers.slice(0, -1)) expect(status, String(path)).toBeGreaterThanOrEqual(400)
    expect(answers.filter(([, status]) => status === 500)).toEqual([])

    const read = await page.evaluate(async () => {
      const paths = [
        '/../../../../etc/passwd',
        '/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
        '/..%2f..%2f..%2fetc/passwd',
        '/assets/../../main/cli.js',
        '//etc/passwd',
        '/C:/Windows/win.ini',
      ]
      const bodies = await Promise.all(
        paths.map((path) =>
          fetch(path).then(
            (answer) => answer.text(),
            () => '',
          ),
        ),
      )
      return bodies.filter((body) => /root:.*:0:0:|createRequire|\[fonts\]/.test(body))
    })
    expect(read).toEqual([])
  })
})

describe('a link in a message', { retry: 1 }, () => {
  const prepare = async (page: Page, open: (path: string) => Promise<unknown>, emulator: Emulator) => {
    const ana = emulator.contact({ name: 'Ana Demo', pn: '15550000101', lid: '80000000001' })
    await link(page, open, emulator)
    await ana.say('See https://example.org/menu?x=1.')
    await open('/chats')
    await page.getByRole('option', { name: /Ana/ }).click()
    return page.getByRole('link', { name: 'https://example.org/menu?x=1' })
  }

  test('is asked about in the browser, with its whole address, and opens without a way back', async () => {
    const emulator = await createEmulator()
    disposals.push(() => emulator.close())
    const host = await headless({ emulatorUrl: emulator.url })
    disposals.push(() => host.close())
    const { page } = host
    await page
      .context()
      .route('https://example.org/**', (route) => route.fulfill({ body: String(route.request().headers().referer) }))
    const found = await prepare(page, host.open, emulator)
    await found.click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('https://example.org/menu?x=1').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(page.context().pages()).toHaveLength(1)
    await found.click()
    const opened = page.context().waitForEvent('page')
    await dialog.getByRole('button', { name: 'Open' }).click()
    const other = await opened
    await other.waitForLoadState()
    expect(other.url()).toBe('https://example.org/menu?x=1')
    expect(await other.evaluate(() => [window.opener, document.body.textContent])).toEqual([null, 'undefined'])
  })

  test('is asked about in the desktop program’s own dialog, and opens only after a yes', async () => {
    const emulator = await createEmulator()
    const userData = mkdtempSync(join(tmpdir(), 'whatslang-links-'))
    disposals.push(
      () => rmSync(userData, { recursive: true, force: true }),
      () => emulator.close(),
    )
    const host: DesktopUnderTest = await launchDesktop({
      userData,
      env: {
        WHATSLANG_EMULATOR_URL: emulator.url,
        WHATSLANG_PACING: 'off',
        WHATSLANG_DATA_DIR: join(userData, 'data'),
      },
    })
    disposals.push(() => host.close())
    const page = await host.page()
    const found = await prepare(page, (path) => page.goto(`https://app.standin/#${path}`), emulator)
    const acts = async (act: string) =>
      (await host.call<{ act: string }[]>('record')).filter((entry) => entry.act === act)
    await found.click()
    await expect.poll(async () => (await acts('dialog.message')).length).toBe(1)
    expect(await acts('shell.openExternal')).toEqual([])
    await host.call('answer', JSON.stringify({ dialog: 'message', value: 1 }))
    await found.click()
    await expect.poll(async () => (await acts('shell.openExternal')).length).toBe(1)
    expect(page.url()).toContain('https://app.standin/')
  })
})
