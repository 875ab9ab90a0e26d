import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { makeData, whatslang } from './command.ts'

vi.setConfig({ testTimeout: 120_000 })
let folder: string
let mounted: string[] = []
beforeAll(() => bundle())
beforeEach(() => {
  // Not in the system's temporary folder, which may be a disk of its own.
  folder = mkdtempSync(join(import.meta.dirname, '..', 'out', 'disk-'))
})
afterEach(() => {
  for (const path of mounted.splice(0).reverse()) spawnSync('umount', ['-l', path])
  rmSync(folder, { recursive: true, force: true })
})

function mount(path: string, ...args: string[]): void {
  mkdirSync(path, { recursive: true })
  execFileSync('mount', [...args, path])
  mounted.push(path)
}
function umount(path: string): void {
  execFileSync('umount', [path])
  mounted = mounted.filter((one) => one !== path)
}
function image(name: string): string {
  const path = join(folder, name)
  writeFileSync(path, '')
  truncateSync(path, 16 << 20)
  execFileSync('mkfs.ext4', ['-q', path])
  return path
}

const canMount = (() => {
  if (process.getuid?.() !== 0) return 'only root may mount'
  const probe = mkdtempSync(join(import.meta.dirname, '..', 'out', 'probe-'))
  try {
    const file = `${probe}.img`
    writeFileSync(file, '')
    truncateSync(file, 4 << 20)
    const made = spawnSync('mkfs.ext4', ['-q', file]).status === 0
    const done = made && spawnSync('mount', ['-o', 'loop', file, probe]).status === 0
    if (done) spawnSync('umount', [probe])
    rmSync(file, { force: true })
    return done ? undefined : 'loop devices cannot be mounted here'
  } finally {
    rmSync(probe, { recursive: true, force: true })
  }
})()

const env = () => ({ XDG_STATE_HOME: join(folder, 'state') })
const run = (data: string, ...args: string[]) => whatslang([...args, '--data-dir', data, '--json'], env())
/** `serve`, until it says that it runs or why not. */
async function serve(data: string, ...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const cli = join(import.meta.dirname, '../out/main/cli.js')
  const { spawn } = await import('node:child_process')
  const child = spawn(process.execPath, [cli, 'serve', '--data-dir', data, '--json', ...args], {
    env: { ...process.env, ...env(), WHATSLANG_PORT: '0', WHATSLANG_EMULATOR_URL: 'ws://127.0.0.1:9' },
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => {
    out += String(chunk)
    if (out.includes('"url"')) child.kill('SIGTERM')
  })
  child.stderr.on('data', (chunk) => {
    err += String(chunk)
  })
  return await new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })))
}

describe.skipIf(canMount !== undefined)(
  `data on a disk of its own${canMount === undefined ? '' : ` (${canMount})`}`,
  () => {
    const DISKS: [string, (point: string) => void][] = [
      ['a loop device', (point) => mount(point, '-o', 'loop', image('a.img'))],
      [
        'a bind mount',
        (point) => {
          mkdirSync(join(folder, 'real'))
          mount(point, '--bind', join(folder, 'real'))
        },
      ],
      ['a tmpfs', (point) => mount(point, '-t', 'tmpfs', 'tmpfs')],
    ]
    test.each(DISKS)(
      '%s that is away is noticed, and nothing is made on the bare mount point',
      async (_name, attach) => {
        const point = join(folder, 'mnt')
        attach(point)
        const data = makeData(join(point, 'wl'), { chats: 1 })
        const backup = await run(data, 'backup', '--out', join(folder, 'copy.sql.gz'))
        expect(backup.code, backup.err).toBe(0)
        expect((await serve(data)).code).toBe(0)
        umount(point)
        for (const outcome of [await serve(data), await run(data, 'restore', join(folder, 'copy.sql.gz'), '--yes')]) {
          expect(outcome.code).toBe(1)
          expect(outcome.err).toContain(`The disk of ${data} is not there: it was mounted at ${point}.`)
          expect(outcome.err).toContain('--start-new')
        }
        expect((await run(data, 'backup')).code).toBe(1)
        expect(readdirSync(point)).toEqual([])
        const meant = await serve(data, '--start-new')
        expect(meant.code, meant.err).toBe(0)
        expect(existsSync(join(data, 'messages.db'))).toBe(true)
        // That was the user's word; from now on the data is here.
        expect((await serve(data)).code).toBe(0)
      },
    )

    test('another, empty disk at the same place is not taken for it; the right one is used again', async () => {
      const point = join(folder, 'mnt')
      const [right, wrong] = [image('right.img'), image('wrong.img')]
      mount(point, '-o', 'loop', right)
      expect((await serve(point)).code).toBe(0)
      umount(point)
      mount(point, '-o', 'loop', wrong)
      const refused = await serve(point)
      expect(refused.code).toBe(1)
      expect(refused.err).toContain(`Another disk is mounted at ${point}`)
      expect(readdirSync(point)).toEqual(['lost+found'])
      umount(point)
      mount(point, '-o', 'loop', right)
      expect((await serve(point)).code).toBe(0)
      // Deleted by hand on the disk itself: that is no missing disk.
      for (const name of readdirSync(point)) if (name !== 'lost+found') rmSync(join(point, name), { recursive: true })
      expect((await serve(point)).code).toBe(0)
    })

    test('so it is where only the database lies there, by a link or by DB_PATH', async () => {
      const point = join(folder, 'mnt')
      const data = join(folder, 'data')
      mkdirSync(data, { mode: 0o700 })
      mount(point, '-o', 'loop', image('a.img'))
      symlinkSync(join(point, 'wa.db'), join(data, 'messages.db'))
      expect((await serve(data)).code).toBe(0)
      umount(point)
      const refused = await serve(data)
      expect(refused.code).toBe(1)
      expect(refused.err).toContain(`it was mounted at ${point}`)
      expect(readdirSync(point)).toEqual([])
    })

    const findings = async (data: string) =>
      ((await run(data, 'doctor')).json().findings as { key: string }[]).map(({ key }) => key)

    test.each(DISKS)('so it is with the folder of the backups on %s', async (_name, attach) => {
      const point = join(folder, 'mnt')
      attach(point)
      const data = makeData(join(folder, 'data'), { chats: 1 })
      const place = join(point, 'copies')
      writeFileSync(join(data, 'settings.json'), JSON.stringify({ backup: { folder: place } }), { mode: 0o600 })
      const first = await run(data, 'backup')
      expect(first.json().file, first.err).toContain(place)
      umount(point)
      expect(await findings(data)).toContain('backup.not-mounted')
      const meanwhile = await run(data, 'backup')
      expect(meanwhile.code, meanwhile.err).toBe(0)
      expect(meanwhile.json().file).toContain(join(data, 'backups'))
      expect((await run(data, 'backups')).err).toContain(`it was mounted at ${point}`)
      expect(readdirSync(point)).toEqual([])
      const renewed = await run(data, 'backups', '--use-as-new')
      expect(renewed.code, renewed.err).toBe(0)
      expect((await run(data, 'backup')).json().file).toContain(place)
      expect(await findings(data)).not.toContain('backup.not-mounted')
    })

    test('another disk in the place of the one with the backups is not written to, also behind a link', async () => {
      const point = join(folder, 'mnt')
      const data = makeData(join(folder, 'data'), { chats: 1 })
      const [right, wrong] = [image('right.img'), image('wrong.img')]
      mount(point, '-o', 'loop', right)
      mkdirSync(join(point, 'copies'))
      symlinkSync(join(point, 'copies'), join(data, 'backups'))
      expect((await run(data, 'backup')).code).toBe(0)
      umount(point)
      mount(point, '-o', 'loop', wrong)
      const refused = await run(data, 'backup')
      expect(refused.code).toBe(1)
      expect(refused.err).toContain(`Another disk is mounted at ${point}`)
      expect(readdirSync(point)).toEqual(['lost+found'])
      expect(await findings(data)).toContain('backup.not-mounted')
      umount(point)
      expect((await run(data, 'backup')).code).toBe(1)
      expect(readdirSync(point)).toEqual([])
      mount(point, '-o', 'loop', right)
      expect((await run(data, 'backup')).code).toBe(0)
      expect(readdirSync(join(point, 'copies')).filter((name) => name.startsWith('messages_'))).toHaveLength(2)
    })
  },
)
