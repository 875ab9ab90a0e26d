import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { freePort, spawnApp } from '../emulator/demo/app-process.ts'
import { whatslang } from './command.ts'
import { launchDesktop } from './electron/launch.ts'

// What the real hosts start, looked at from outside while the command line lets them work.
vi.setConfig({ testTimeout: 120_000 })
const described = process.platform === 'linux' ? describe : describe.skip
beforeAll(() => bundle())

const SECRETS = {
  WHATSLANG_TOKEN: 'a-token-that-no-child-may-know',
  WHATSLANG_BACKUP_PASSPHRASE: 'a-passphrase-that-no-child-may-know',
  OPENAI_API_KEY: 'a-key-that-no-child-may-know',
}
let folder: string
let data: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whatslang-children-'))
  data = join(folder, 'data')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Watches the descendants of a process. `ended` tells the environments of all programs that it started meanwhile, by their command. */
function watchChildren(root: number) {
  const seen = new Map<number, { command: string; environment: string }>()
  const own = commandOf(root)
  const look = () => {
    for (const pid of descendants(root)) {
      // Until it runs its own program, a child shows its parent's command and environment.
      const command = commandOf(pid)
      if (seen.has(pid) || command === '' || command === own) continue
      try {
        seen.set(pid, { command, environment: readFileSync(`/proc/${pid}/environ`, 'utf8') })
      } catch {
        // It ended meanwhile.
      }
    }
  }
  const timer = setInterval(look, 5)
  return {
    ended() {
      clearInterval(timer)
      return [...seen.values()]
    },
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // it ended meanwhile
  }
}

function descendants(root: number): number[] {
  try {
    const threads = readdirSync(`/proc/${root}/task`)
    const children = threads.flatMap((thread) =>
      readFileSync(`/proc/${root}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
    return children.flatMap((child) => [child, ...descendants(child)])
  } catch {
    return [] // it ended meanwhile
  }
}

async function work(pid: number): Promise<void> {
  const watch = watchChildren(pid)
  const made = await whatslang(['backup', '--data-dir', data, '--json'])
  expect(made.code, made.err).toBe(0)
  const out = join(folder, 'chats.json')
  expect((await whatslang(['export', '--format', 'json', '--out', out, '--data-dir', data])).code).toBe(0)
  const looked = await whatslang(['restore', String(made.json().file), '--dry-run', '--data-dir', data, '--json'])
  expect(looked.code, looked.err).toBe(0)
  const children = watch.ended()
  expect(children.filter(({ command }) => command.includes('task.js')).length).toBeGreaterThan(1)
  for (const { command, environment } of children)
    for (const secret of Object.values(SECRETS)) expect(environment, command).not.toContain(secret)
}

described('the programs that it starts know none of its secrets', () => {
  test('the headless host', async () => {
    const app = spawnApp({
      dataDirectory: data,
      emulatorUrl: 'ws://127.0.0.1:9',
      port: await freePort(),
      token: SECRETS.WHATSLANG_TOKEN,
      built: true,
      env: SECRETS,
    })
    try {
      await app.listening()
      await work(Number(JSON.parse(readFileSync(join(data, 'messages.db.lock.json'), 'utf8')).pid))
    } finally {
      await app.stop()
    }
  })

  test('the desktop host, which the command line reaches as well', async () => {
    const env = { ...SECRETS, WHATSLANG_EMULATOR_URL: 'ws://127.0.0.1:9', WHATSLANG_DATA_DIR: data }
    const host = await launchDesktop({ userData: folder, env: { ...env, XDG_CONFIG_HOME: join(folder, 'config') } })
    try {
      await host.page()
      await work(host.child.pid ?? 0)
    } finally {
      await host.call('quit').catch(() => undefined)
      await host.close()
    }
  })
})
