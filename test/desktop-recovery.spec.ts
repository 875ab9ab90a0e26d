// The desktop program before a database that cannot be opened: it asks, and nothing is deleted whatever the answer.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { openStore, type Store } from '../main/store/index.ts'
import { type DesktopUnderTest, launchDesktop } from './electron/launch.ts'

const root = join(import.meta.dirname, '..')
let host: DesktopUnderTest | undefined
let userData = ''
let live = ''

interface Box {
  message: string
  detail: string
  buttons: string[]
}
const boxes = async () =>
  ((await host?.call<{ act: string; facts: Box }[]>('record')) ?? [])
    .filter(({ act }) => act === 'dialog.message')
    .map(({ facts }) => facts)

function write(store: Store, from: number, to: number): void {
  const accountId = store.accounts.link({ jid: '5511900000000:4@s.whatsapp.net' }).id
  for (let n = from; n < to; n++) {
    store.messages.insert({
      accountId,
      chatJid: '5511900000001@s.whatsapp.net',
      messageId: `M${n}`,
      senderJid: '',
      fromMe: false,
      sentAt: Date.now(),
      receivedAt: Date.now(),
      origin: 'live',
      kind: 'text',
      text: `Message ${n} ${'and more '.repeat(20)}`,
    })
  }
}
function fill(from: number, to: number): void {
  const store = openStore({ path: live })
  write(store, from, to)
  store.close()
}
const messages = () => {
  const db = new Database(live, { readonly: true })
  try {
    return Number(db.prepare('SELECT count(*) FROM messages').pluck().get())
  } finally {
    db.close()
  }
}
const damagedFile = () =>
  readdirSync(join(userData, 'data')).find((name) => name.includes('.damaged-') && name.endsWith('.db')) ?? ''

/** `answers`: which button of each box that comes. */
async function start(answers: number[]) {
  host = await launchDesktop({
    userData,
    env: {
      // Nobody listens there.
      WHATSLANG_EMULATOR_URL: 'ws://127.0.0.1:9',
      WHATSLANG_DATA_DIR: join(userData, 'data'),
      XDG_CONFIG_HOME: join(userData, 'config'),
    },
  })
  for (const value of answers) await host.call('answer', JSON.stringify({ dialog: 'message', value }))
  return host
}

beforeAll(() => bundle())
beforeEach(() => {
  userData = mkdtempSync(join(tmpdir(), 'whatslang-desktop-recovery-'))
  live = join(userData, 'data', 'messages.db')
  mkdirSync(join(userData, 'data'))
  mkdirSync(join(userData, 'config'))
  fill(0, 300)
})
afterEach(async () => {
  await host?.close()
  host = undefined
  rmSync(userData, { recursive: true, force: true })
})

const PATIENT = { retry: 1, timeout: 120_000 }

test('the newest verified backup takes its place, and what is missing since was said before', PATIENT, async () => {
  const made = spawnSync(process.execPath, ['main/cli/index.ts', 'backup', '--data-dir', join(userData, 'data')], {
    cwd: root,
  })
  expect(made.status, made.stderr.toString()).toBe(0)
  fill(300, 320)
  const bytes = readFileSync(live)
  bytes.fill(0xa5, 0, 4096)
  writeFileSync(live, bytes)
  const started = await start([0])
  await (await started.page()).getByRole('main').waitFor()
  const [asked, told] = await boxes()
  expect(asked).toMatchObject({ message: 'The database is damaged', buttons: ['Restore the newest backup', 'Quit'] })
  expect(asked?.detail).toContain(live)
  expect(asked?.detail).toContain('The newest verified backup was made on')
  expect(asked?.detail).toContain('nothing is deleted')
  expect(told?.detail).toContain(damagedFile())
  expect(messages()).toBe(300)
  expect(readFileSync(join(userData, 'data', damagedFile())).equals(bytes)).toBe(true)
})

test('what is readable is put in place where somebody wants that', PATIENT, async () => {
  const db = new Database(live)
  db.pragma('foreign_keys = OFF')
  db.exec('DROP TABLE bots')
  db.close()
  const bytes = readFileSync(live)
  const started = await start([0])
  await (await started.page()).getByRole('main').waitFor()
  const [asked] = await boxes()
  expect(asked?.buttons).toEqual(['Rescue what is readable', 'Quit'])
  expect(asked?.detail).toContain('There is no verified backup')
  expect(asked?.detail).toContain('Readable in the damaged file: 1 chats and 300 messages')
  expect(messages()).toBe(300)
  expect(readFileSync(join(userData, 'data', damagedFile())).equals(bytes)).toBe(true)
})

test('who closes the box leaves everything as it is', PATIENT, async () => {
  writeFileSync(live, Buffer.alloc(20_000, 0xa5))
  const files = readdirSync(join(userData, 'data')).filter(
    (name) => name.startsWith('messages.db') && !name.endsWith('.lock'),
  )
  const started = await start([])
  expect(await started.exited, started.output()).toBe(0)
  expect(readFileSync(live).equals(Buffer.alloc(20_000, 0xa5))).toBe(true)
  const after = readdirSync(join(userData, 'data')).filter(
    (name) => name.startsWith('messages.db') && !name.endsWith('.lock'),
  )
  expect(after).toEqual(files)
})
