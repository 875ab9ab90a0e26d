import type { Page } from 'playwright-core'
import type { en } from '../../renderer/i18n/en.ts'
import type { World } from './world.ts'

export type Words = typeof en
export interface Stage {
  page: Page
  words: Words
  /** Opens a path of the page's router in a page that was just loaded. */
  open(path: string): Promise<void>
}
export interface Scene {
  name: string
  /** Dialogs, menus and drawers; the rest are pages. */
  overlay?: true
  show(stage: Stage, world: World): Promise<unknown>
  /** After the window got another size: what that size has put away. */
  atSize?(stage: Stage): Promise<unknown>
}

const button = ({ page }: Stage, name: string) => page.getByRole('button', { name, exact: true }).first()
const chatPath = (jid: string) => `/chats/${encodeURIComponent(jid)}`

async function openChat(stage: Stage, jid: string): Promise<void> {
  await stage.open(chatPath(jid))
  await stage.page.getByRole('article').first().waitFor()
}

async function openRestore(stage: Stage, world: World, mode: 'replace' | 'merge' = 'replace'): Promise<void> {
  const { words, page } = stage
  const { upload } = (await world.api('POST', '/restore/from-backup', { id: world.backups.plain })) as {
    upload: string
  }
  await stage.open(`/restore?upload=${upload}&name=${world.backups.plain}`)
  const choice = page.getByRole('radio', { name: words.backups.restorePage[mode] })
  await choice.waitFor()
  if (mode === 'merge') await choice.click()
  // The preview of this choice is there, and the job that made it is over.
  await page.locator('main button[data-loading]').waitFor({ state: 'hidden' })
  await button(stage, words.jobs.open).waitFor({ state: 'hidden' })
}

const toChosen = ({ page, words }: Stage) =>
  page.getByRole('radio', { name: words.backups.restorePage.merge }).scrollIntoViewIfNeeded()
const toPreview = ({ page, words }: Stage) =>
  page
    .getByRole('region', { name: words.backups.restorePage.tables, exact: true })
    .evaluate((section) => section.scrollIntoView())
const toFigures = ({ page }: Stage) => page.locator('details[open] table').scrollIntoViewIfNeeded()

const menuOf = async (stage: Stage, jid: string) => {
  await openChat(stage, jid)
  await button(stage, stage.words.chat.more).click()
  await stage.page.getByRole('menu').waitFor()
}

/** A part of the settings, which are longer than any window. */
const settingsPart = (
  part: 'answering' | 'limits' | 'desktop' | 'data' | 'about',
  before?: (stage: Stage) => Promise<unknown>,
): Scene => {
  const section = ({ page, words }: Stage) => page.getByRole('region', { name: words.settings[part], exact: true })
  return {
    name: `settings-${part}`,
    async show(stage) {
      await before?.(stage)
      await stage.open('/settings')
      await section(stage).waitFor()
    },
    // From its top: what is needed for being seen at all differs between the sizes.
    atSize: (stage) => section(stage).evaluate((node) => node.scrollIntoView()),
  }
}

/** A phone, a script and a browser that says nothing of itself. */
const OTHER_DEVICES = [
  'Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36',
  'backup-monitor-of-the-office/4.11',
  'Mozilla/5.0',
]
async function signInOthers({ url, token, api }: World): Promise<void> {
  const list = (await api('GET', '/auth/sessions')) as unknown[]
  if (list.length > OTHER_DEVICES.length) return
  const body = JSON.stringify({ token })
  for (const device of OTHER_DEVICES) {
    await fetch(`${url}/auth`, { method: 'POST', body, headers: { 'user-agent': device } })
  }
}
const signedIn = ({ page, words }: Stage) =>
  page.getByRole('region', { name: words.settings.signedIn.title, exact: true })

/** The page's next connection is told that the settings could not be read. */
async function inDoubt({ page }: Stage): Promise<void> {
  const doubt = {
    at: 1,
    why: 'unreadable',
    instead: 'last-good',
    kept_as: 'settings.broken-20260312140509.json',
    keys: [],
  }
  let next = true
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer()
    if (!next) return
    next = false
    server.onMessage((frame) =>
      socket.send(frame.toString().replace('"doubt":null', `"doubt":${JSON.stringify(doubt)}`)),
    )
  })
}

/** Of another computer: much differs, some of it has consequences, and much is not for a file to say. */
const FILE_OF_SETTINGS = {
  language: 'system',
  model: {
    base_url: 'https://a-rather-long-name-of-a-server.models.example.com:8443/compatible/v1',
    name: 'gpt-4o',
    parallel: 8,
  },
  answering: { per_minute: 12, typing: false, answer_lifetime_minutes: 90 },
  backup: {
    schedule: null,
    folder: '/media/disk/backups',
    encryption: {
      kind: 'recipients',
      recipients: ['a', 'c', 'd'].map((letter) => `age1${letter.repeat(58)}`),
    },
    keep: { last: 1, days: 7 },
  },
  retention: { message_text_days: 30 },
  risk_accepted: false,
  desktop: { update_feed: 'http://updates.example/', trusted_hosts: ['example.org'], notifications: false },
  colour: 'teal',
}
function importOf(name: string, file: unknown, then?: (stage: Stage) => Promise<unknown>): Scene {
  return {
    name,
    overlay: true,
    async show(stage) {
      await stage.open('/settings')
      const buffer = Buffer.from(typeof file === 'string' ? file : JSON.stringify(file))
      const input = stage.page.getByLabel(stage.words.settings.import, { exact: true })
      await input.setInputFiles({ name: 'whatslang-settings.json', mimeType: 'application/json', buffer })
      await stage.page.getByRole('dialog').getByRole('button').nth(1).waitFor()
      await then?.(stage)
    },
  }
}

/** The page's next connection is told that its host is the desktop program, which the world is not. */
async function asDesktop({ page }: Stage): Promise<void> {
  let next = true
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer()
    if (!next) return
    next = false
    server.onMessage((frame) => {
      const said = frame.toString().replace('"kind":"headless"', '"kind":"desktop"')
      socket.send(
        said.replace(
          '"capabilities":[]',
          '"capabilities":["login-item","tray","updates"],"update":{"version":"1.2.3","state":"available"}',
        ),
      )
    })
  })
}

/** Every page and every dialog of a program in the middle of its life. */
export const SCENES: Scene[] = [
  { name: 'overview', show: (stage) => stage.open('/') },
  {
    name: 'overview-table',
    async show(stage) {
      await stage.open('/')
      await stage.page.getByText(stage.words.overview.table).first().click()
      await toFigures(stage)
    },
    atSize: toFigures,
  },
  { name: 'chats', show: (stage) => stage.open('/chats') },
  {
    name: 'chats-filters',
    overlay: true,
    async show(stage) {
      await stage.open('/chats?type=direct')
      await stage.page.getByRole('option').first().waitFor()
      await stage.page.getByRole('button', { name: new RegExp(stage.words.chats.filters) }).click()
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'chats-no-match',
    async show(stage) {
      await stage.open('/chats?query=zzzzzz')
      await stage.page.getByText(stage.words.chats.noMatch).waitFor()
    },
  },
  {
    name: 'chats-selection',
    async show(stage) {
      await stage.open('/chats')
      await button(stage, stage.words.chats.selectMode).click()
      await stage.page.getByRole('option').nth(0).click()
      await stage.page.getByRole('option').nth(2).click()
      await stage.page.getByRole('region', { name: stage.words.chats.bulk.label }).waitFor()
    },
  },
  {
    name: 'chats-bulk-delete',
    overlay: true,
    async show(stage) {
      await stage.open('/chats')
      await button(stage, stage.words.chats.selectMode).click()
      await stage.page.getByRole('option').nth(0).click()
      await stage.page.getByRole('option').nth(1).click()
      await stage.page
        .getByRole('button', { name: stage.words.chats.bulk.delete_other.replace('{{count}}', '2') })
        .click()
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'chats-add',
    overlay: true,
    async show(stage) {
      await stage.open('/chats')
      await button(stage, stage.words.chats.add).click()
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'chats-add-refused',
    overlay: true,
    async show(stage) {
      await stage.open('/chats')
      await button(stage, stage.words.chats.add).click()
      const dialog = stage.page.getByRole('dialog')
      await dialog.getByLabel(stage.words.chats.new.phone).fill('somebody@example')
      await dialog.getByRole('button', { name: stage.words.chats.new.add }).click()
      await dialog.locator('[id$="-error"]').waitFor()
    },
  },
  { name: 'chat', show: (stage, { jids }) => openChat(stage, jids.ana) },
  { name: 'chat-group', show: (stage, { jids }) => openChat(stage, jids.beach) },
  { name: 'chat-long-title', show: (stage, { jids }) => openChat(stage, jids.building) },
  {
    name: 'chat-long-message',
    show: (stage, { jids }) => openChat(stage, jids.carla),
    atSize: (stage) =>
      stage.page
        .getByRole('button', { name: stage.words.action.showAll.split(' ({{')[0] ?? '' })
        .scrollIntoViewIfNeeded(),
  },
  {
    name: 'chat-long-message-open',
    async show(stage, { jids }) {
      await openChat(stage, jids.carla)
      await stage.page.getByRole('button', { name: stage.words.action.showAll.split(' ({{')[0] ?? '' }).click()
    },
  },
  { name: 'chat-right-to-left', show: (stage, { jids }) => openChat(stage, jids.hebrew) },
  { name: 'chat-without-name', show: (stage, { jids }) => openChat(stage, jids.nameless) },
  {
    name: 'chat-bot-settings',
    async show(stage, { jids }) {
      await openChat(stage, jids.ana)
      await button(stage, stage.words.chat.showBots)
        .click({ timeout: 300 })
        .catch(() => undefined) // the panel is unfolded where there is room
      const { settings } = stage.words.chat.bot
      await stage.page
        .getByRole('button', { name: new RegExp(settings.split('{{')[0] ?? settings) })
        .nth(1)
        .click()
      await stage.page.getByRole('button', { name: stage.words.chat.bot.remove }).first().waitFor()
    },
    // Narrow, the panel stands instead of the chat, and only when asked for; what was open in it is open again.
    async atSize(stage) {
      const settings = stage.page.getByRole('button', { name: stage.words.chat.bot.remove }).first()
      if (!(await settings.isVisible())) await button(stage, stage.words.chat.showBots).click()
      await settings.scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'chat-bots-unknown',
    show: (stage, { jids }) => openChat(stage, jids.ben),
    async atSize(stage) {
      const folded = button(stage, stage.words.chat.showBots)
      if (await folded.isVisible()) await folded.click()
    },
  },
  {
    name: 'chat-search',
    overlay: true,
    async show(stage, { jids }) {
      await openChat(stage, jids.ana)
      await button(stage, stage.words.chat.search).click()
      await stage.page.getByRole('searchbox', { name: stage.words.chat.search }).fill('praia')
      await stage.page
        .getByRole('region', { name: stage.words.chat.searchResults })
        .getByRole('button')
        .first()
        .waitFor()
    },
  },
  {
    name: 'chat-jump',
    overlay: true,
    async show(stage, { jids }) {
      await openChat(stage, jids.ana)
      await button(stage, stage.words.chat.jump).click()
      await stage.page.getByRole('table').waitFor()
    },
  },
  { name: 'chat-menu', overlay: true, show: (stage, { jids }) => menuOf(stage, jids.ana) },
  {
    name: 'chat-details',
    overlay: true,
    async show(stage, { jids }) {
      await menuOf(stage, jids.ana)
      await stage.page.getByRole('menuitem', { name: stage.words.chat.details }).click()
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'chat-delete',
    overlay: true,
    async show(stage, { jids }) {
      await menuOf(stage, jids.building)
      await stage.page.getByRole('menuitem', { name: stage.words.chat.delete, exact: true }).click()
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'chat-link',
    overlay: true,
    async show(stage, { jids }) {
      await openChat(stage, jids.ana)
      await stage.page.getByRole('link', { name: 'https://example.org/menu' }).last().click()
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'chat-not-there',
    async show(stage) {
      await stage.open(chatPath('15559999999@s.whatsapp.net'))
      await stage.page.getByRole('alert').waitFor()
    },
  },
  { name: 'bots', show: (stage) => stage.open('/bots') },
  {
    name: 'bots-new',
    overlay: true,
    async show(stage) {
      await stage.open('/bots')
      await button(stage, stage.words.bots.new).click()
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  { name: 'bot', show: (stage) => stage.open('/bots/translation') },
  { name: 'bot-rules', show: (stage) => stage.open('/bots/auto_reply') },
  {
    name: 'bot-edit',
    overlay: true,
    async show(stage) {
      await stage.open('/bots/librarian')
      await button(stage, stage.words.bots.edit).click()
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'bot-delete',
    overlay: true,
    async show(stage) {
      await stage.open('/bots/librarian')
      await button(stage, stage.words.bots.remove).click()
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  { name: 'activity', show: (stage) => stage.open('/activity') },
  { name: 'activity-failed', show: (stage) => stage.open('/activity?state=failed') },
  { name: 'activity-undelivered', show: (stage) => stage.open('/activity?state=undelivered') },
  {
    name: 'activity-trace',
    overlay: true,
    async show(stage) {
      await stage.open('/activity?bot=translation&state=done')
      await stage.page.getByRole('list', { name: stage.words.activity.list }).getByRole('button').first().click()
      await stage.page.getByRole('dialog').getByRole('listitem').first().waitFor()
    },
  },
  {
    name: 'activity-trace-failed',
    overlay: true,
    async show(stage) {
      await stage.open('/activity?state=failed')
      await stage.page.getByRole('list', { name: stage.words.activity.list }).getByRole('button').first().click()
      await stage.page.getByRole('dialog').getByRole('listitem').first().waitFor()
    },
  },
  { name: 'backups', show: (stage) => stage.open('/backups') },
  {
    name: 'backups-plan',
    async show(stage) {
      await stage.open('/backups')
      await stage.page.getByRole('spinbutton', { name: stage.words.backups.timeHours }).waitFor()
    },
    atSize: ({ page, words }) =>
      page
        .getByRole('region', { name: words.backups.plan, exact: true })
        .evaluate((section) => section.scrollIntoView()),
  },
  {
    name: 'backups-menu',
    overlay: true,
    async show(stage) {
      await stage.open('/backups')
      await stage.page.getByRole('row').nth(1).getByRole('button').last().click()
      await stage.page.getByRole('menu').waitFor()
    },
  },
  {
    name: 'backups-delete',
    overlay: true,
    async show(stage) {
      await stage.open('/backups')
      // Yesterday's: the newest verified one cannot be deleted.
      await stage.page.getByRole('row').nth(4).getByRole('button').last().click()
      await stage.page.getByRole('menuitem', { name: stage.words.backups.remove, exact: true }).click()
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'backups-clean-up',
    overlay: true,
    async show(stage, world) {
      // A smaller rule only for the look: other scenes make backups, and clean up after that.
      const keep = { last: 3, daily: 0, weekly: 0, monthly: 0, yearly: 0 }
      await world.api('PATCH', '/settings', { backup: { keep: { ...keep, days: 7 } } })
      try {
        await stage.open('/backups')
        await button(stage, stage.words.backups.preview).click()
        await stage.page.getByRole('dialog').waitFor()
      } finally {
        await world.api('PATCH', '/settings', { backup: { keep: { ...keep, days: 30 } } })
      }
    },
  },
  { name: 'restore', show: (stage, world) => openRestore(stage, world) },
  { name: 'restore-preview', show: (stage, world) => openRestore(stage, world), atSize: toPreview },
  { name: 'restore-merge', show: (stage, world) => openRestore(stage, world, 'merge'), atSize: toChosen },
  { name: 'restore-merge-preview', show: (stage, world) => openRestore(stage, world, 'merge'), atSize: toPreview },
  {
    name: 'restore-confirm',
    overlay: true,
    async show(stage, world) {
      await openRestore(stage, world)
      await stage.page.getByRole('button', { name: /\d/ }).last().click()
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'restore-passphrase',
    async show(stage, world) {
      const { upload } = (await world.api('POST', '/restore/from-backup', { id: world.backups.encrypted })) as {
        upload: string
      }
      await stage.open(`/restore?upload=${upload}&name=${world.backups.encrypted}`)
      await stage.page.getByLabel(stage.words.backups.restorePage.passphrase).first().waitFor()
    },
  },
  {
    name: 'restore-passphrase-wrong',
    async show(stage, world) {
      const { upload } = (await world.api('POST', '/restore/from-backup', { id: world.backups.encrypted })) as {
        upload: string
      }
      await stage.open(`/restore?upload=${upload}&name=${world.backups.encrypted}`)
      await stage.page.getByLabel(stage.words.backups.restorePage.passphrase).first().fill('wrong')
      await button(stage, stage.words.backups.restorePage.unlock).click()
      await stage.page.getByText(stage.words.backups.restorePage.lockedWrong).waitFor()
    },
  },
  { name: 'restore-nothing', show: (stage) => stage.open('/restore') },
  { name: 'health', show: (stage) => stage.open('/health') },
  {
    name: 'health-audit',
    async show(stage, world) {
      await world.api('PATCH', '/settings', { theme: 'purple' }).catch(() => undefined)
      const file = {
        colour: 'teal',
        risk_accepted: false,
        retention: { message_text_days: 30 },
        desktop: { trusted_hosts: [] },
      }
      await world.api('POST', '/settings/import', { json: JSON.stringify(file) })
      await stage.open('/health')
      await stage.page.getByRole('region', { name: stage.words.health.audit.title }).getByRole('row').nth(2).waitFor()
    },
    atSize: ({ page, words }) =>
      page.getByRole('region', { name: words.health.audit.title }).evaluate((node) => node.scrollIntoView()),
  },
  { name: 'settings', show: (stage) => stage.open('/settings') },
  {
    name: 'settings-doubt',
    async show(stage) {
      await inDoubt(stage)
      await stage.open('/settings')
      await button(stage, stage.words.settings.doubt.confirm).waitFor()
    },
  },
  settingsPart('answering'),
  settingsPart('limits'),
  settingsPart('desktop', asDesktop),
  settingsPart('data'),
  settingsPart('about'),
  {
    name: 'settings-signed-in',
    async show(stage, world) {
      await signInOthers(world)
      await stage.open('/settings')
      await signedIn(stage).getByRole('listitem').nth(OTHER_DEVICES.length).waitFor()
    },
    atSize: (stage) => signedIn(stage).evaluate((node) => node.scrollIntoView()),
  },
  {
    name: 'settings-sign-out-others',
    overlay: true,
    async show(stage, world) {
      await signInOthers(world)
      await stage.open('/settings')
      await signedIn(stage).getByRole('button').last().click()
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  importOf('settings-import', FILE_OF_SETTINGS, async ({ page }) => {
    await page.getByRole('dialog').getByRole('checkbox').first().click()
  }),
  importOf('settings-import-same', { theme: 'system' }),
  importOf('settings-import-no-json', 'The settings are: {'),
  {
    name: 'settings-unlink',
    overlay: true,
    async show(stage) {
      await stage.open('/settings')
      await button(stage, stage.words.settings.logout).click()
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  { name: 'welcome-linked', show: (stage) => stage.open('/welcome') },
  {
    name: 'palette',
    overlay: true,
    async show(stage) {
      await stage.open('/')
      await stage.page.keyboard.press('Control+k')
      await stage.page.getByPlaceholder(stage.words.palette.hint).fill('demo')
      await stage.page.getByText('Ana Demo').first().waitFor()
    },
    // The scrollbar comes and goes a moment after the size.
    atSize: ({ page }) =>
      page.waitForFunction(() => {
        const list = document.querySelector('.mantine-Spotlight-actionsList')
        const rows = list?.querySelector('.mantine-ScrollArea-viewport')
        const bar = list?.querySelector('.mantine-ScrollArea-scrollbar[data-orientation="vertical"]')
        if (!rows || !bar) return false
        return rows.scrollHeight > rows.clientHeight === (bar.getAttribute('data-state') === 'visible')
      }),
  },
  {
    name: 'shortcuts',
    overlay: true,
    async show(stage) {
      await stage.open('/')
      await stage.page.keyboard.press('Control+/')
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'jobs',
    overlay: true,
    async show(stage) {
      await stage.open('/backups')
      await button(stage, stage.words.backups.now).click()
      await button(stage, stage.words.jobs.open).click()
      await stage.page.getByRole('dialog').waitFor()
      // The toast of the end stands beside the drawer.
      await stage.page.getByText(stage.words.backups.made).waitFor()
    },
  },
  { name: 'not-found', show: (stage) => stage.open('/nowhere') },
]
