import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NsisUpdater } from 'electron-updater/out/NsisUpdater.js'
import { describe, expect, test } from 'vitest'
import { verifiesSignatures } from './update-trust.ts'

const folder = mkdtempSync(join(tmpdir(), 'whatslang-trust-'))
let files = 0
function config(text?: string): string {
  const path = join(folder, `app-update-${++files}.yml`)
  if (text !== undefined) writeFileSync(path, text)
  return path
}
const windows = (configFile: string, works = true, release = '10.0.22631') =>
  verifiesSignatures({ platform: 'win32', configFile, release, powerShellWorks: async () => works })

describe('a signature is verified', () => {
  test('by Squirrel on macOS, and never on Linux', async () => {
    expect(await verifiesSignatures({ platform: 'darwin', configFile: config() })).toBe(true)
    expect(await verifiesSignatures({ platform: 'linux', configFile: config('publisherName: Me') })).toBe(false)
  })

  test.each([
    ['one publisher', 'provider: generic\npublisherName: CN=The Whatslang authors', true],
    ['several', 'publisherName: [One, Two]', true],
    ['none', 'provider: generic\nurl: https://updates.example', false],
    ['an empty one', 'publisherName: ""', false],
    ['an empty list', 'publisherName: []', false],
    ['null', 'publisherName: null', false],
    ['no YAML', 'publisherName: [', false],
    ['nothing', '', false],
    ['no file', undefined, false],
  ])('on Windows with %s: as it says', async (_name, text, expected) => {
    expect(await windows(config(text))).toBe(expected)
  })

  test('on Windows only where the check can run: where it cannot, electron-updater takes everything', async () => {
    const named = config('publisherName: Me')
    expect(await windows(named, false)).toBe(false)
    expect(await windows(named, true, '6.1.7601')).toBe(false)
  })
})

test('electron-updater checks no signature without a publisher, as is reckoned with here', async () => {
  const verified: string[] = []
  const updater = (appUpdateConfigPath: string) => {
    const made = new NsisUpdater(null, {
      version: '0.1.0',
      name: 'whatslang',
      isPackaged: true,
      appUpdateConfigPath,
      userDataPath: folder,
      baseCachePath: folder,
      whenReady: async () => undefined,
      relaunch: () => undefined,
      quit: () => undefined,
      onQuit: () => undefined,
    })
    made.verifyUpdateCodeSignature = async (publishers) => {
      verified.push(...publishers)
      return 'not signed'
    }
    return made as unknown as { verifySignature(file: string): Promise<string | null> }
  }
  expect(await updater(config()).verifySignature('x.exe')).toBeNull()
  expect(await updater(config('provider: generic')).verifySignature('x.exe')).toBeNull()
  expect(verified).toEqual([])
  expect(await updater(config('publisherName: Me')).verifySignature('x.exe')).toBe('not signed')
  expect(verified).toEqual(['Me'])
})
