import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { safeStorage } from '../../test/electron/surfaces.ts'
import { createAutostart } from './autostart.ts'
import { createCrashHandler } from './crash.ts'
import { createIpc } from './ipc.ts'
import { isOwnPage } from './origin.ts'
import { createKeychain } from './secrets.ts'
import { en } from './texts/en.ts'

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
      executable: '/opt/My "Apps"/100%/whatslang',
    })
    const entry = join(configHome, 'autostart/whatslang.desktop')
    autostart.set(true)
    expect(readFileSync(entry, 'utf8')).toContain('Exec="/opt/My \\"Apps\\"/100%%/whatslang" --hidden')
    autostart.set(false)
    autostart.set(false)
    expect(existsSync(entry)).toBe(false)
    expect(app.setLoginItemSettings).not.toHaveBeenCalled()
  })
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
