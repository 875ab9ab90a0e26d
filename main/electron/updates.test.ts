import { AppImageUpdater } from 'electron-updater/out/AppImageUpdater.js'
import { describe, expect, test, vi } from 'vitest'
import { createUpdates, type UpdateState } from './updates.ts'

/** electron-updater's own order of events, with nothing fetched and nothing installed. */
class Updater extends AppImageUpdater {
  readonly installed: boolean[] = []
  readonly acts: string[]
  version = '0.2.0'
  constructor(acts: string[], quit: (handler: (code: number) => void) => void) {
    super(null, {
      version: '0.1.0',
      name: 'whatslang',
      isPackaged: true,
      appUpdateConfigPath: '',
      userDataPath: '',
      baseCachePath: '',
      whenReady: async () => undefined,
      relaunch: () => undefined,
      quit: () => undefined,
      onQuit: quit,
    })
    this.acts = acts
  }
  override setFeedURL() {
    // Nothing is asked over the network.
  }
  override async checkForUpdates() {
    return { isUpdateAvailable: true, updateInfo: { version: this.version } } as never
  }
  override async downloadUpdate() {
    this.acts.push('download')
    this.addQuitHandler()
    return []
  }
  override install() {
    this.acts.push('install')
    return true
  }
}

interface Options {
  busy?: () => boolean
  backUp?: () => Promise<void>
  feed?: string | null
  verified?: boolean
  version?: string
}
function setUp(options: Options = {}) {
  const acts: string[] = []
  const found: UpdateState[] = []
  const quits: ((code: number) => void)[] = []
  const updater = new Updater(acts, (handler) => quits.push(handler))
  if (options.version !== undefined) updater.version = options.version
  const loadUpdater = vi.fn(async () => updater)
  const updates = createUpdates({
    loadUpdater,
    feed: () => (options.feed === undefined ? 'https://updates.example' : options.feed),
    verified: async () => options.verified ?? true,
    onFound: (update) => found.push(update),
    busy: options.busy ?? (() => false),
    backUp: options.backUp ?? (async () => void acts.push('backup')),
    log: { error: vi.fn(), info: vi.fn() },
  })
  return {
    acts,
    found,
    updater,
    updates,
    loadUpdater,
    quit(code: number) {
      for (const handler of quits) handler(code)
    },
  }
}

describe('an update', () => {
  test('is fetched after a backup, and installed when the program quits', async () => {
    const { acts, updates, quit } = setUp()
    await updates.check()
    expect(acts).toEqual(['backup', 'download'])
    quit(0)
    expect(acts).toEqual(['backup', 'download', 'install'])
  })
  test('is not installed by a program that was forced to quit', async () => {
    const { acts, updates, quit } = setUp()
    await updates.check()
    quit(1)
    expect(acts).not.toContain('install')
  })
  test('is fetched once, however often the feed names it', async () => {
    const { acts, updates } = setUp()
    await updates.check()
    await updates.check()
    expect(acts).toEqual(['backup', 'download'])
  })
  test('waits while a backup or a restore runs, also where that began meanwhile', async () => {
    const always = setUp({ busy: () => true })
    await always.updates.check()
    expect(always.loadUpdater).not.toHaveBeenCalled()
    let asked = 0
    const meanwhile = setUp({ busy: () => asked++ > 0 })
    await meanwhile.updates.check()
    expect(meanwhile.acts).toEqual([])
  })
  test('is not even fetched where the backup failed', async () => {
    const { acts, updates, quit } = setUp({ backUp: () => Promise.reject(new Error('the disk is full')) })
    await updates.check()
    quit(0)
    expect(acts).toEqual([])
  })
  test('is told of, and neither fetched nor installed, where no signature is verified', async () => {
    const { acts, found, updater, updates, quit } = setUp({ verified: false })
    await updates.check()
    await updates.check()
    quit(0)
    expect(acts).toEqual([])
    expect(found).toEqual([{ version: '0.2.0', state: 'available' }])
    expect(updates.current()).toEqual({ version: '0.2.0', state: 'available' })
    expect(updater).toMatchObject({ autoDownload: false, autoInstallOnAppQuit: false, allowDowngrade: false })
  })
  test('that is ready is told of once', async () => {
    const { found, updates } = setUp()
    await updates.check()
    await updates.check()
    expect(found).toEqual([{ version: '0.2.0', state: 'ready' }])
  })
  test('of a feed that is no longer used is forgotten', async () => {
    const options: Options = { verified: false, feed: 'https://updates.example' }
    const { updates } = setUp(options)
    await updates.check()
    options.feed = null
    expect(updates.current()).toBeUndefined()
  })
  test.each(['0.2.0\n<b>', 'latest', `1.0.0-${'x'.repeat(100)}`])(
    'with the version %j is no update',
    async (version) => {
      const { acts, found, updates } = setUp({ version })
      await updates.check()
      expect([acts, found]).toEqual([[], []])
    },
  )
  test('is never asked for over plain http', async () => {
    const { updates, loadUpdater } = setUp({ feed: 'http://updates.example' })
    await updates.check()
    expect(loadUpdater).not.toHaveBeenCalled()
  })
  test('is never asked for without a feed', async () => {
    const { updates, loadUpdater } = setUp({ feed: null })
    await updates.check()
    expect(loadUpdater).not.toHaveBeenCalled()
  })
})
