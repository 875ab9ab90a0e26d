import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { extractAll, listPackage } from '@electron/asar'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { startOnce } from '../../build/start-packaged.ts'
import { launchDesktop } from '../electron/launch.ts'
import { makeUpElectron } from './made-up-electron.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'whatslang-package-'))
const unpacked = join(folder, 'dist/linux-unpacked')
const asar = join(unpacked, 'resources/app.asar')
const electronVersion: string = JSON.parse(
  readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8'),
).version

const build = (...more: string[]) =>
  run(
    join(root, 'node_modules/.bin/electron-builder'),
    [
      '--linux',
      'dir',
      '--x64',
      '--publish',
      'never',
      `-c.electronDist=${join(folder, 'electron')}`,
      `-c.directories.output=${join(folder, 'dist')}`,
      ...more,
    ],
    { cwd: root, maxBuffer: 1 << 24 },
  )

beforeAll(async () => {
  await makeUpElectron(join(folder, 'electron'), electronVersion)
  await build()
}, 240_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the package', () => {
  const files = () => listPackage(asar, { isPack: false })

  test('holds the bundles, the page, the icons and its licence', () => {
    for (const file of [
      '/package.json',
      '/out/main/electron.js',
      '/out/main/task.js',
      '/out/main/dump.js',
      '/out/preload/index.cjs',
      '/out/renderer/index.html',
      '/build/tray/connected-light.png',
    ]) {
      expect(files(), file).toContain(file)
    }
    expect(existsSync(join(unpacked, 'LICENSE.Whatslang.txt'))).toBe(true)
    expect(readFileSync(join(unpacked, 'THIRD-PARTY-NOTICES.txt'), 'utf8')).toContain('libsignal')
  })

  test('holds no source, no map, no test, no emulator and no development tool', () => {
    const unwanted = files().filter((file) =>
      /\.(map|tsx?|mts)$|\/(__tests__|emulator|bench)\/|^\/(test|main|renderer|preload|docs|data)\/|node_modules\/(playwright-core|vitest|typescript|electron|@biomejs|react|@mantine)\//.test(
        file,
      ),
    )
    expect(unwanted).toEqual([])
  })

  test('holds one native binary, the one of its platform, outside the archive', () => {
    const natives = globSync('**/*.node', { cwd: join(unpacked, 'resources') })
    expect(natives).toEqual(['app.asar.unpacked/node_modules/better-sqlite3/prebuilds/linux-x64.node'])
    expect(files().filter((file) => /better-sqlite3\/(deps|src)\//.test(file))).toEqual([])
  })

  test('is not larger than it need be', () => {
    const megabytes = statSync(asar).size / 1e6
    expect(megabytes).toBeLessThan(60)
  })

  test('has its fuses set', async () => {
    const wire = await getCurrentFuseWire(join(unpacked, 'whatslang'))
    const off = [
      FuseV1Options.RunAsNode,
      FuseV1Options.EnableNodeOptionsEnvironmentVariable,
      FuseV1Options.EnableNodeCliInspectArguments,
      FuseV1Options.GrantFileProtocolExtraPrivileges,
    ]
    const on = [
      FuseV1Options.EnableCookieEncryption,
      FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
      FuseV1Options.OnlyLoadAppFromAsar,
    ]
    for (const fuse of off) expect(wire[fuse], FuseV1Options[fuse]).toBe(FuseState.DISABLE)
    for (const fuse of on) expect(wire[fuse], FuseV1Options[fuse]).toBe(FuseState.ENABLE)
  })

  test('starts from what the archive holds, with no other node_modules above it', async () => {
    const alone = mkdtempSync(join(tmpdir(), 'whatslang-alone-'))
    extractAll(asar, alone)
    const options = {
      userData: mkdtempSync(join(tmpdir(), 'whatslang-user-')),
      main: join(alone, 'out/main/electron.js'),
      env: { STAND_IN_PACKAGED: '1', STAND_IN_APP_PATH: alone },
    }
    const host = await launchDesktop(options)
    try {
      const page = await host.page()
      await page.getByRole('main').waitFor()
      // Its verbs do their work in child processes, from what the archive holds as well.
      await host.call('quit').catch(() => undefined)
      await host.exited
      const backup = await launchDesktop({ ...options, args: ['backup', '--json'] })
      expect(await backup.exited, backup.output()).toBe(0)
      expect(backup.output()).toContain('"verification":"verified"')
    } finally {
      await host.close()
      rmSync(alone, { recursive: true, force: true })
      rmSync(options.userData, { recursive: true, force: true })
    }
  }, 60_000)

  describe('the check that starts a packaged program once', () => {
    const alone = mkdtempSync(join(tmpdir(), 'whatslang-once-'))
    beforeAll(() => extractAll(asar, alone))
    afterAll(() => rmSync(alone, { recursive: true, force: true }))
    /** The package as a program of its own: its switches are turned into what the stand-in for Electron reads. */
    function program(name: string, main: string): string {
      const path = join(alone, name)
      const standIn = (file: string) => join(root, 'test/electron', file)
      const script = `#!/bin/sh
export STAND_IN_PACKAGED=1 STAND_IN_APP_PATH='${alone}' STAND_IN_USER_DATA='${join(alone, 'user')}'
for word in "$@"; do
  case $word in
    --remote-debugging-port=*) export STAND_IN_DEBUG_PORT=\${word#*=} ;;
    --user-data-dir=*) export STAND_IN_USER_DATA=\${word#*=} ;;
  esac
done
exec '${process.execPath}' --import '${standIn('register.ts')}' '${standIn('boot.ts')}' '${main}' "$@"
`
      writeFileSync(path, script, { mode: 0o755 })
      return path
    }

    test('is content with this one', async () => {
      await startOnce(program('whole', join(alone, 'out/main/electron.js')))
    }, 90_000)

    test.each([
      ['that ends at once', 'process.exit(3)', /showed no page/],
      ['that opens no window', 'setTimeout(() => process.exit(0), 1000)', /showed no page/],
    ])(
      'is not content with one %s',
      async (_what, code, problem) => {
        const main = join(alone, 'broken.js')
        writeFileSync(main, code)
        await expect(startOnce(program('broken', main))).rejects.toThrow(problem)
      },
      90_000,
    )
  })

  test('an unknown key in its configuration is refused', async () => {
    await expect(build('-c.linux.noSuchKey=1')).rejects.toThrow()
  }, 60_000)

  test('the configuration names every target that is promised', () => {
    const config = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as Record<
      string,
      { target: { target: string; arch?: string[] }[] }
    >
    const targets = (platform: string) => config[platform]?.target.map(({ target }) => target)
    expect(targets('linux')).toEqual(['AppImage', 'deb'])
    expect(targets('win')).toEqual(['nsis'])
    expect(config.mac?.target).toEqual([{ target: 'dmg', arch: ['arm64', 'x64'] }])
  })
})
