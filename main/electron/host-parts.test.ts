import { EventEmitter } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { safeStorage } from '../../test/electron/surfaces.ts'
import { createAutostart } from './autostart.ts'
import { createCrashHandler } from './crash.ts'
import { createIpc } from './ipc.ts'
import { applicationMenu } from './menu.ts'
import { isOwnPage } from './origin.ts'
import { watchPower } from './power.ts'
import { createKeychain } from './secrets.ts'
import { en } from './texts/en.ts'
import { watchUnexpected } from './unexpected.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'whatslang-'))

describe('our own page', () => {
  test.each([
    ['app://whatslang/chats/1', true],
    ['app://whatslang.evil/', false],
    ['other://whatslang/', false],
    ['https://whatslang/', false],
    ['file:///app/whatslang', false],
    ['nonsense', false],
  ])('%s: %s', (url, own) => {
    expect(isOwnPage(url)).toBe(own)
  })
})

describe('the channels from the page', () => {
  test('only our page’s top frame is heard', async () => {
    const handlers = new Map<string, (...args: never[]) => unknown>()
    const ipcMain = {
      on: (channel: string, handler: never) => handlers.set(channel, handler),
      handle: (channel: string, handler: never) => handlers.set(channel, handler),
      removeHandler: vi.fn(),
      removeListener: vi.fn(),
    }
    const serve = vi.fn()
    const refused = vi.fn()
    const registerFile = vi.fn(async () => ({ upload: 'u', name: 'n', bytes: 1 }))
    createIpc({ ipcMain: ipcMain as never, serve, registerFile, refused })
    const port = { start: vi.fn() }
    const from = (url: string, parent: unknown = null) => ({ senderFrame: { url, parent }, ports: [port] }) as never
    handlers.get('rpc:connect')?.(from('https://evil.example/'))
    handlers.get('rpc:connect')?.(from('app://whatslang/', { url: 'app://whatslang/' }))
    expect(serve).not.toHaveBeenCalled()
    expect(refused).toHaveBeenCalledTimes(2)
    handlers.get('rpc:connect')?.(from('app://whatslang/'))
    expect(serve).toHaveBeenCalledExactlyOnceWith(port)
    await expect(
      handlers.get('file:dropped')?.(from('https://evil.example/'), '/etc/passwd' as never),
    ).rejects.toThrow()
    expect(registerFile).not.toHaveBeenCalled()
  })
})

describe('start at login on Linux', () => {
  test('is a desktop entry that quotes the program’s path', () => {
    const configHome = folder()
    const app = { setLoginItemSettings: vi.fn(), getName: () => 'Whatslang' }
    const autostart = createAutostart({
      app,
      platform: 'linux',
      configHome,
      command: ['/opt/My "Apps"/100%/whatslang', '/src'],
      initially: false,
    })
    const entry = join(configHome, 'autostart/whatslang.desktop')
    autostart.set(false)
    expect(existsSync(entry)).toBe(false)
    autostart.set(true)
    expect(readFileSync(entry, 'utf8')).toContain(String.raw`Exec="/opt/My \\"Apps\\"/100%%/whatslang" "/src" --hidden`)
    autostart.set(false)
    expect(existsSync(entry)).toBe(false)
    expect(app.setLoginItemSettings).not.toHaveBeenCalled()
  })
})

test('a program that moved is started from where it is now', () => {
  const configHome = folder()
  const app = { setLoginItemSettings: vi.fn(), getName: () => 'Whatslang' }
  createAutostart({ app, platform: 'linux', configHome, command: ['/new/place.AppImage'], initially: true })
  expect(readFileSync(join(configHome, 'autostart/whatslang.desktop'), 'utf8')).toContain('"/new/place.AppImage"')
  createAutostart({ app, platform: 'darwin', configHome, command: ['/Applications/W'], initially: true }).set(true)
  expect(app.setLoginItemSettings).not.toHaveBeenCalled()
})

describe('secrets in the keychain', () => {
  test('are kept as ciphertext, readable by this user only', async () => {
    const file = join(folder(), 'nested', 'secrets.json')
    const secrets = await createKeychain({ safeStorage, platform: 'linux', file })
    expect(await secrets.get('model_api_key')).toBeUndefined()
    await secrets.set('model_api_key', 'sk-very-secret')
    expect(readFileSync(file, 'utf8')).not.toContain('sk-very-secret')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await secrets.get('model_api_key')).toBe('sk-very-secret')
    await secrets.delete('model_api_key')
    expect(await secrets.get('model_api_key')).toBeUndefined()
    expect(secrets.backend).toBe('keychain')
  })
  test('say so where the keychain is as good as plain text', async () => {
    const weak = { ...safeStorage, getSelectedStorageBackend: () => 'basic_text' as const }
    const secrets = await createKeychain({ safeStorage: weak, platform: 'linux', file: join(folder(), 's.json') })
    expect(secrets.backend).toBe('plain-keychain')
  })
})

test('secrets are kept in a private file where the system offers nothing at all', async () => {
  const file = join(folder(), 'nested', 's.json')
  const none = { ...safeStorage, isAsyncEncryptionAvailable: async () => false }
  const secrets = await createKeychain({ safeStorage: none, platform: 'linux', file })
  await secrets.set('model_api_key', 'sk-very-secret')
  expect(await secrets.get('model_api_key')).toBe('sk-very-secret')
  expect(secrets.backend).toBe('file')
  expect(statSync(`${file}.plain`).mode & 0o777).toBe(0o600)
})

test('a secret that the keychain no longer opens is said to be that', async () => {
  const file = join(folder(), 's.json')
  await (await createKeychain({ safeStorage, platform: 'linux', file })).set('model_api_key', 'sk-very-secret')
  const reset = { ...safeStorage, decryptStringAsync: () => Promise.reject(new Error('Error while decrypting')) }
  const secrets = await createKeychain({ safeStorage: reset, platform: 'linux', file })
  await expect(secrets.get('model_api_key')).rejects.toMatchObject({
    code: 'KEYCHAIN_REFUSED',
    message: expect.stringContaining('Enter the secret again'),
  })
})

describe('what nobody caught', () => {
  test('is logged each time, told at most once in ten minutes, and heard no more afterwards', () => {
    let now = 0
    const source = new EventEmitter()
    const notify = vi.fn()
    const log = { fatal: vi.fn(), error: vi.fn() }
    const watch = watchUnexpected({ process: source as never, notify, texts: () => en, log, now: () => now })
    source.emit('uncaughtException', new Error('one'))
    source.emit('unhandledRejection', new Error('two'))
    expect(log.fatal).toHaveBeenCalledTimes(1)
    expect(log.error).toHaveBeenCalledTimes(1)
    expect(notify).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'unexpected-error', page: '/health' }),
    )
    now += 11 * 60_000
    source.emit('uncaughtException', new Error('three'))
    expect(notify).toHaveBeenCalledTimes(2)
    watch.dispose()
    expect(source.eventNames()).toEqual([])
  })
})

test('the system waits for the database at shutdown, and no listener is left behind', () => {
  const powerMonitor = new EventEmitter()
  const acts = { suspend: vi.fn(), resume: vi.fn(), redraw: vi.fn(), shutdown: vi.fn() }
  const watch = watchPower({ powerMonitor: powerMonitor as never, ...acts })
  powerMonitor.emit('suspend')
  powerMonitor.emit('resume')
  const event = { preventDefault: vi.fn() }
  powerMonitor.emit('shutdown', event)
  expect(event.preventDefault).toHaveBeenCalledOnce()
  for (const act of Object.values(acts)) expect(act).toHaveBeenCalledOnce()
  watch.dispose()
  expect(powerMonitor.eventNames()).toEqual([])
})

test('larger and smaller text have their keys on every system', () => {
  for (const platform of ['linux', 'win32', 'darwin'] as const) {
    const items = applicationMenu(platform, en).flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []))
    expect(items.map(({ role }) => role)).toEqual(expect.arrayContaining(['zoomIn', 'zoomOut', 'resetZoom']))
  }
})

describe('a page that dies', () => {
  test('is loaded again once, then explained', async () => {
    let time = 0
    const reload = vi.fn()
    const showMessageBox = vi.fn(async () => ({ response: 1, checkboxChecked: false }))
    const openLogs = vi.fn()
    const handle = createCrashHandler(
      { dialog: { showMessageBox } as never, texts: () => en, openLogs, log: { error: vi.fn() } },
      () => time,
    )
    const window = { isDestroyed: () => false, webContents: { reload } } as never
    await handle(window, 'crashed')
    expect(showMessageBox).not.toHaveBeenCalled()
    expect(reload).toHaveBeenCalledTimes(1)
    time = 5000
    await handle(window, 'oom')
    expect(showMessageBox).toHaveBeenCalledTimes(1)
    expect(openLogs).toHaveBeenCalledTimes(1)
  })
})
