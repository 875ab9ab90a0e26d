import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { keepLogEvidence, secretsIn } from './log-evidence.ts'

const root = join(import.meta.dirname, '../..')
const START_MS = 60_000
const OUTPUT_KEPT = 8_000

export interface AppOptions {
  dataDirectory: string
  emulatorUrl: string
  /** The same at every start of one directory keeps the page's address. */
  port: number
  token: string
  env?: Record<string, string>
  /** The built program instead of its sources. */
  built?: boolean
  /** Its working directory; the clone by default. */
  cwd?: string
  /** How many files it may have open, as `ulimit -n` sets it; not on Windows. */
  openFiles?: number
  /** What it prints, as it comes. */
  onOutput?(text: string): void
}

/** The program under test, as a user starts it: the headless host in a process of its own, driven through its REST interface. */
export function spawnApp({
  dataDirectory,
  emulatorUrl,
  port,
  token,
  env,
  built = false,
  cwd = root,
  openFiles,
  onOutput,
}: AppOptions) {
  const url = `http://127.0.0.1:${port}`
  const environment = {
    ...process.env,
    // Whatever is checked afterwards is worth more the more it says.
    ...(process.env.WHATSLANG_TEST_LOGS ? { WHATSLANG_LOG_LEVEL: 'debug' } : {}),
    WHATSLANG_EMULATOR_URL: emulatorUrl,
    WHATSLANG_HOST: '127.0.0.1',
    WHATSLANG_PORT: String(port),
    WHATSLANG_TOKEN: token,
    ...env,
  }
  const program = join(root, built ? 'out/main/cli.js' : 'main/cli/index.ts')
  const command = [process.execPath, program, 'serve', '--data-dir', dataDirectory]
  // The shell gives its process to the program, so that the child's id is the program's.
  const limited = ['sh', '-c', `ulimit -n ${openFiles} && exec "$@"`, 'sh', ...command]
  const [file = '', ...args] = openFiles === undefined ? command : limited
  const child: ChildProcess = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: environment })
  let output = ''
  let ended = false
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-OUTPUT_KEPT)
      onOutput?.(chunk.toString())
    })
  }
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      ended = true
      keepLogEvidence({ dataDirectory, output, secrets: secretsIn(environment) })
      resolve(code)
    })
  })

  const api = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  const session = async () => Session.parse(await api('GET', '/session'))

  return {
    url,
    api,
    session,
    exited,
    pid: child.pid,
    get ended() {
      return ended
    },
    /** The last lines that it printed. */
    get output() {
      return output
    },
    /** Resolves when it answers over HTTP. */
    async listening(): Promise<void> {
      const end = performance.now() + START_MS
      while (!ended && performance.now() < end) {
        const answered = await fetch(`${url}/api/health`).then(
          () => true,
          () => false,
        )
        if (answered) return
        await sleep(25)
      }
      throw new Error(`The program did not start${ended ? '; it ended' : ''}. It printed:\n${output}`)
    },
    /** Waits for a state of the session, and returns it. */
    async reaches(state: string, ms = START_MS) {
      const end = performance.now() + ms
      let last = 'unknown'
      while (!ended && performance.now() < end) {
        const now = await session()
        last = now.state
        if (last === state) return now
        await sleep(50)
      }
      throw new Error(`The session stayed "${last}" instead of "${state}". The program printed:\n${output}`)
    },
    killNow: () => child.kill('SIGKILL'),
    signal: (name: NodeJS.Signals) => child.kill(name),
    /** kill -9: no handler runs, nothing is flushed. Resolves when it is gone. */
    async kill(): Promise<void> {
      child.kill('SIGKILL')
      await exited
    },
    /** In order, as at the end of a day. */
    async stop(): Promise<void> {
      child.kill('SIGTERM')
      const forced = setTimeout(() => child.kill('SIGKILL'), 15_000)
      await exited
      clearTimeout(forced)
    },
  }
}
export type AppProcess = ReturnType<typeof spawnApp>

const Session = z.object({ state: z.string(), qr: z.string().optional() })

/** Starts pairing and lets `scan` point the phone at the code; resolves when messages flow. */
export async function linkApp(app: AppProcess, scan: (qr: string) => void): Promise<void> {
  await app.api('POST', '/session/connect')
  const { qr } = await app.reaches('pairing')
  const code = qr ?? (await nextCode(app))
  scan(code)
  await app.reaches('open')
}

async function nextCode(app: AppProcess): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const { qr } = await app.session()
    if (qr) return qr
    await sleep(50)
  }
  throw new Error('The program shows no QR code.')
}

export const newToken = () => randomBytes(24).toString('base64url')

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  if (address === null || typeof address === 'string') throw new Error('No free port.')
  return address.port
}
