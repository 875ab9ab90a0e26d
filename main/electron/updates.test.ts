import { AppImageUpdater } from 'electron-updater/out/AppImageUpdater.js'
import { describe, expect, test, vi } from 'vitest'
import { createUpdates } from './updates.ts'

/** electron-updater's own order of events, with nothing fetched and nothing installed. */
class Updater extends AppImageUpdater {
  readonly installed: boolean[] = []
  readonly acts: string[]
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
    return { isUpdateAvailable: true, updateInfo: { version: '0.2.0' } } as never
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

function setUp(options: { busy?: () => boolean; backUp?: () => Promise<void>; feed?: string | null } = {}) {
  const acts: string[] = []
  const quits: ((code: number) => void)[] = []
  const updater = new Updater(acts, (handler) => quits.push(handler))
  const loadUpdater = vi.fn(async () => updater)
  const updates = createUpdates({
    loadUpdater,
    feed: () => (options.feed === undefined ? 'https://updates.example' : options.feed),
    busy: options.busy ?? (() => false),
    backUp: options.backUp ?? (async () => void acts.push('backup')),
    log: { error: vi.fn(), info: vi.fn() },
  })
  return {
    acts,
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
  test('is never asked for without a feed', async () => {
    const { updates, loadUpdater } = setUp({ feed: null })
    await updates.check()
    expect(loadUpdater).not.toHaveBeenCalled()
  })
})
