import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { freePort, linkApp, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { type Contact, createEmulator, type EmulatorOptions, type Group } from '../emulator/index.ts'

export interface LinkedAppOptions {
  /** The program's environment beside what links it to the emulator. */
  env?: Record<string, string>
  /** The built program instead of its sources. */
  built?: boolean
  emulator?: EmulatorOptions
  dataDirectory?: string
}

const Chat = z.object({
  jid: z.string(),
  aliases: z.array(z.string()),
  bots: z.array(
    z.object({
      bot: z.string(),
      enabled: z.boolean(),
      stopped: z.object({ code: z.string(), message: z.string() }).nullable(),
    }),
  ),
})
const Activities = z.array(
  z.object({
    text: z.string().nullable(),
    state: z.string(),
    reason: z.object({ code: z.string(), message: z.string() }).nullable(),
    answer: z.string().nullable(),
    delivery: z.string().nullable(),
  }),
)
const KNOWN_MS = 60_000

/** The program in a process of its own on a data directory of its own, linked to an emulator by scanning its code. */
export async function startLinkedApp(options: LinkedAppOptions = {}) {
  const folder = options.dataDirectory ? undefined : mkdtempSync(join(tmpdir(), 'whatslang-linked-'))
  const emulator = await createEmulator({ history: false, ...options.emulator })
  const settings = {
    dataDirectory: options.dataDirectory ?? join(folder ?? '', 'data'),
    emulatorUrl: emulator.url,
    port: await freePort(),
    token: newToken(),
    built: options.built ?? false,
  }
  const base = { WHATSLANG_PACING: 'off', ...options.env }
  let app = spawnApp({ ...settings, env: base })

  const jidOf = (who: Contact | Group) => ('account' in who ? who.account.lid : who.jid)
  const pathOf = (who: Contact | Group) => `/chats/${encodeURIComponent(jidOf(who))}`

  const linked = {
    emulator,
    dataDirectory: settings.dataDirectory,
    token: settings.token,
    get app() {
      return app
    },
    /** Starts it again, after `app.stop()` or `app.kill()`; `env` is added to what it had. */
    async start(env: Record<string, string> = {}): Promise<void> {
      app = spawnApp({ ...settings, env: { ...base, ...env } })
      await app.listening()
    },
    pathOf,
    chat: async (who: Contact | Group) => Chat.parse(await app.api('GET', pathOf(who))),
    activity: async () => Activities.parse(await app.api('GET', '/activity?limit=500')),
    /** Waits until the chat is known, and switches a bot on in it; `echo` answers at once and needs no model. */
    async switchOn(who: Contact | Group, bot = 'echo'): Promise<void> {
      const end = performance.now() + KNOWN_MS
      const known = () =>
        app.api('GET', pathOf(who)).then(
          () => true,
          () => false,
        )
      while (!(await known())) {
        if (performance.now() > end) throw new Error(`The program never heard of ${jidOf(who)}.`)
        await sleep(50)
      }
      await app.api('PUT', `${pathOf(who)}/bots/${bot}`, { enabled: true })
    },
    async close(): Promise<void> {
      if (!app.ended) await app.stop()
      await emulator.close()
      if (folder) rmSync(folder, { recursive: true, force: true })
    },
  }
  try {
    await app.listening()
    await linkApp(app, (qr) => void emulator.owner.scan(qr))
    return linked
  } catch (error) {
    await linked.close()
    throw error
  }
}
export type LinkedApp = Awaited<ReturnType<typeof startLinkedApp>>

/** What the program needs to ask a model. */
export const modelEnvironment = ({ url }: { url: string }) => ({
  OPENAI_BASE_URL: url,
  OPENAI_MODEL: 'm',
  OPENAI_API_KEY: 'a-key-for-tests',
})
