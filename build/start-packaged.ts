// `node build/start-packaged.ts [PROGRAM]`: starts a packaged program once. Its window must show the page, it must end in order, and its command
// line must make a backup that is proven. Without PROGRAM, the one that `npm run pack` left in dist/ for this system. Needs a display.
import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import * as z from 'zod'
import { freePort } from '../emulator/demo/app-process.ts'

const PATIENT_MS = 90_000
const ASK_MS = 200
const Targets = z.array(z.object({ type: z.string(), webSocketDebuggerUrl: z.string().optional() }))
const Answer = z.object({ result: z.object({ result: z.object({ value: z.unknown() }) }) })

function packagedProgram(): string {
  const dist = join(import.meta.dirname, '../dist')
  const places: Partial<Record<NodeJS.Platform, string[]>> = {
    linux: ['linux-unpacked/whatslang'],
    win32: ['win-unpacked/whatslang.exe'],
    darwin: [`mac${process.arch === 'arm64' ? '-arm64' : ''}/Whatslang.app/Contents/MacOS/*`],
  }
  const found = (places[process.platform] ?? []).flatMap((place) => globSync(place, { cwd: dist }))
  if (found[0] === undefined) throw new Error(`${dist} holds no packaged program. Run \`npm run pack\` first.`)
  return join(dist, found[0])
}

function run(program: string, args: string[], env: NodeJS.ProcessEnv) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let output = ''
  let ended = false
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)))
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      ended = true
      resolve(code)
    })
  })
  return { child, exited, output: () => output, ended: () => ended }
}

/** Asks each page of the window's debugger whether it shows the program's main part. */
async function showsPage(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined)
  const targets = answer?.ok ? Targets.parse(await answer.json()) : []
  for (const { type, webSocketDebuggerUrl } of targets) {
    if (type === 'page' && webSocketDebuggerUrl !== undefined && (await evaluates(webSocketDebuggerUrl))) return true
  }
  return false
}

function evaluates(url: string): Promise<boolean> {
  const expression = "document.querySelector('main') !== null"
  const socket = new WebSocket(url)
  return new Promise<boolean>((resolve) => {
    socket.once('open', () =>
      socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } })),
    )
    socket.once('message', (data) => {
      const answer = Answer.safeParse(JSON.parse(Buffer.isBuffer(data) ? data.toString('utf8') : '{}'))
      resolve(answer.success && answer.data.result.result.value === true)
    })
    // The page was closed or reloaded meanwhile; the caller asks again.
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  }).finally(() => socket.close())
}

/** @throws where the program does not start, shows no page, does not end in order, or makes no proven backup */
export async function startOnce(program: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'whatslang-packaged-'))
  const data = join(folder, 'data')
  const port = await freePort()
  const window = run(program, [`--user-data-dir=${folder}`, `--remote-debugging-port=${port}`], {
    WHATSLANG_DATA_DIR: data,
  })
  try {
    const end = performance.now() + PATIENT_MS
    while (!(await showsPage(port))) {
      if (window.ended() || performance.now() > end) {
        throw new Error(`The program showed no page. It printed:\n${window.output()}`)
      }
      await sleep(ASK_MS)
    }
    window.child.kill('SIGTERM')
    await window.exited
    // Windows has no signals: there the program was ended like a crash, and the next start cleans up.
    if (process.platform !== 'win32' && existsSync(join(data, 'messages.db-wal'))) {
      throw new Error(`The program did not end in order. It printed:\n${window.output()}`)
    }
    const backup = run(program, ['backup', '--json', '--data-dir', data], {})
    const code = await backup.exited
    if (code !== 0 || !backup.output().includes('"verification":"verified"')) {
      throw new Error(`The backup ended with ${code}. It printed:\n${backup.output()}`)
    }
  } finally {
    if (!window.ended()) window.child.kill('SIGKILL')
    await window.exited
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

if (import.meta.main) {
  const program = process.argv[2] ?? packagedProgram()
  await startOnce(program)
  console.log(`${program} started, showed its page, ended, and made a proven backup.`)
}
