import { type ChildProcess, fork } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import { keepLogEvidence, secretsIn } from '../../emulator/demo/log-evidence.ts'
import type { Command } from './control.ts'

export interface LaunchOptions {
  userData: string
  /** The bundled main process; default: out/main/electron.js. */
  main?: string
  args?: string[]
  env?: NodeJS.ProcessEnv
  cwd?: string
}

const root = join(import.meta.dirname, '..', '..')

/** Starts the desktop host in a process of its own, with the stand-in for Electron, and lets a test act outside its page. */
export async function launchDesktop(options: LaunchOptions) {
  const debugPort = await freePort()
  const main = options.main ?? join(root, 'out/main/electron.js')
  const child = fork(join(import.meta.dirname, 'boot.ts'), [main, ...(options.args ?? [])], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    execArgv: ['--import', new URL('./register.ts', import.meta.url).href],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      STAND_IN_DEBUG_PORT: String(debugPort),
      STAND_IN_USER_DATA: options.userData,
      STAND_IN_APP_PATH: root,
      ...options.env,
    },
  })
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = new Promise<number | null>((resolve) =>
    child.on('exit', (code) => {
      const dataDirectory = options.env?.WHATSLANG_DATA_DIR ?? join(options.userData, 'data')
      keepLogEvidence({ dataDirectory, output, secrets: secretsIn({ ...options.env }) })
      resolve(code)
    }),
  )
  let browser: Browser | undefined
  let calls = 0

  const call = <T>(command: Command, argument = ''): Promise<T> =>
    new Promise((resolve, reject) => {
      const standIn = ++calls
      const listener = (message: { standIn?: number; value?: T; error?: string }) => {
        if (message.standIn !== standIn) return
        child.off('message', listener)
        if (message.error === undefined) resolve(message.value as T)
        else reject(new Error(message.error))
      }
      child.on('message', listener)
      child.send({ standIn, command, argument })
    })

  return {
    child,
    call,
    exited,
    output: () => output,
    /** The window's page, in the very Chromium that the program opened. */
    async page(): Promise<Page> {
      browser ??= await connect(debugPort, child, () => output)
      for (let attempt = 0; attempt < 200; attempt++) {
        const page = browser
          .contexts()
          .flatMap((context) => context.pages())
          .find((candidate) => candidate.url().startsWith('https://app.standin/'))
        if (page) return page
        await sleep(50)
      }
      throw new Error(`The program opened no window. It printed:\n${output}`)
    },
    async close(): Promise<void> {
      await browser?.close()
      if (child.exitCode === null) child.kill('SIGKILL')
      await exited
    },
  }
}
export type DesktopUnderTest = Awaited<ReturnType<typeof launchDesktop>>

async function connect(port: number, child: ChildProcess, output: () => string): Promise<Browser> {
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt++) {
    try {
      return await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
    } catch {
      // Chromium is still starting; asked again below.
      await sleep(100)
    }
  }
  throw new Error(`The program started no Chromium. It printed:\n${output()}`)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
