import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, newToken, spawnApp } from '../../emulator/demo/app-process.ts'
import { createEmulator } from '../../emulator/index.ts'
import { launchDesktop } from '../electron/launch.ts'
import type { Link } from '../fuzz/link.ts'
import { openPort } from '../fuzz/port-link.ts'
import { createRest } from '../fuzz/rest.ts'
import { openSocket } from '../fuzz/socket-link.ts'
import { createSandbox } from './sandbox.ts'

interface Options {
  env?: Record<string, string>
  /** How many files the program may have open. */
  openFiles?: number
}

/** The headless host in a sandbox of its own. One serves many attacks. */
export async function attackedHeadless({ env = {}, openFiles }: Options = {}) {
  const sandbox = createSandbox('attacked')
  const emulator = await createEmulator({ history: false })
  const token = newToken()
  const port = await freePort()
  const authorization = `Bearer ${token}`
  const start = async () => {
    const app = spawnApp({
      dataDirectory: sandbox.data,
      emulatorUrl: emulator.url,
      port,
      token,
      built: true,
      cwd: sandbox.cwd,
      env: { WHATSLANG_PACING: 'off', ...sandbox.env, ...env },
      ...(openFiles === undefined ? {} : { openFiles }),
    })
    await app.listening()
    return app
  }
  let app = await start()
  const url = app.url
  const rest = createRest({ url, headers: { authorization } })
  return {
    kind: 'headless' as const,
    sandbox,
    emulator,
    token,
    authorization,
    port,
    url,
    rest,
    get app() {
      return app
    },
    link: (headers: Record<string, string> = { authorization }): Promise<Link> => openSocket(`${url}/rpc`, headers),
    /** Alive, and quick to say so. */
    async alive(): Promise<boolean> {
      const ask = () => fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined)
      // A connection that was kept open may have been closed to make room: the second is a new one.
      const answer = (await ask()) ?? (await ask())
      return answer?.status === 200
    },
    async startAgain(): Promise<void> {
      app = await start()
    },
    async close(): Promise<void> {
      rest.close()
      if (!app.ended) await app.stop()
      await emulator.close()
      sandbox.dispose()
    },
  }
}
export type AttackedHeadless = Awaited<ReturnType<typeof attackedHeadless>>

/** The desktop host in a sandbox of its own; its page is where the attacker sits. */
export async function attackedDesktop({ env = {} }: Options = {}) {
  const sandbox = createSandbox('attacked')
  const emulator = await createEmulator({ history: false })
  mkdirSync(join(sandbox.folder, 'user'))
  const host = await launchDesktop({
    userData: join(sandbox.folder, 'user'),
    cwd: sandbox.cwd,
    env: {
      ...sandbox.env,
      WHATSLANG_EMULATOR_URL: emulator.url,
      WHATSLANG_PACING: 'off',
      WHATSLANG_DATA_DIR: sandbox.data,
      ...env,
    },
  })
  const page = await host.page()
  await page.getByRole('main').waitFor()
  return {
    kind: 'desktop' as const,
    sandbox,
    emulator,
    host,
    page,
    link: (): Promise<Link> => openPort(page),
    async alive(): Promise<boolean> {
      const link = await openPort(page)
      try {
        return (await link.call('/health/live')).status === 200
      } finally {
        await link.close()
      }
    },
    async close(): Promise<void> {
      await host.close()
      await emulator.close()
      sandbox.dispose()
    },
  }
}
export type AttackedDesktop = Awaited<ReturnType<typeof attackedDesktop>>
