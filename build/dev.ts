// `npm run dev [-- --page-port 5173] [--no-open]`: the program from its sources on an emulated WhatsApp, and the page from Vite. The page takes
// changes as they are saved. A change of the program restarts it on the same data. Nothing is kept at the end.
import { type FSWatcher, mkdtempSync, realpathSync, rmSync, watch } from 'node:fs'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createServer, type ProxyOptions, type ViteDevServer } from 'vite'
import { type AppProcess, freePort, linkApp, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { assignBots } from '../emulator/demo/assign-bots.ts'
import { createCast } from '../emulator/demo/cast.ts'
import { createModelEndpoint } from '../emulator/demo/model-endpoint.ts'
import { demoAnswer } from '../emulator/demo/phrases.ts'
import { createEmulator } from '../emulator/index.ts'
import { openInBrowser } from './open-in-browser.ts'

const { values } = parseArgs({ options: { 'page-port': { type: 'string' }, 'no-open': { type: 'boolean' } } })
const root = join(import.meta.dirname, '..')
/** An editor saves in several steps. */
const SETTLE_MS = 150
/** What the running program is made of. */
const SOURCES = ['main', 'preload']

const dataDirectory = mkdtempSync(join(tmpdir(), 'whatslang-dev-'))
const stopped = new AbortController()
const emulator = await createEmulator({ history: false, keep: 200 })
const cast = createCast(emulator)
const model = await createModelEndpoint({ name: 'demo-phrase-book', answer: demoAnswer, delayMs: 400 })
const token = newToken()
const port = await freePort()

const start = (): AppProcess => {
  const started = spawnApp({
    dataDirectory,
    emulatorUrl: emulator.url,
    port,
    token,
    env: {
      // A debugger attaches through it as well.
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --enable-source-maps`.trim(),
      WHATSLANG_DEMO: 'phrase-book',
      WHATSLANG_LOG_LEVEL: process.env.WHATSLANG_LOG_LEVEL ?? 'warn',
      OPENAI_BASE_URL: model.url,
      OPENAI_MODEL: 'demo-phrase-book',
      OPENAI_API_KEY: 'demo',
    },
    onOutput: (text) => process.stderr.write(text.replaceAll(token, '(token)')),
  })
  void started.exited.then((code) => {
    if (app === started && !restarting && !stopped.signal.aborted)
      console.log(`The program ended (${code ?? 'killed'}). Save a file to start it again.`)
  })
  return started
}

let restarting = false
let app = start()
const stop = () => stopped.abort()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)

let page: ViteDevServer | undefined
let watchers: FSWatcher[] = []
try {
  await app.listening()
  const history = emulator.online(60_000).then(() => emulator.owner.sendHistory(cast.past(Date.now())))
  await linkApp(app, (qr) => emulator.owner.scan(qr))
  await history
  await assignBots(app, cast)
  page = await servePage()
  watchers = watchSources(page)
  const address = `${page.resolvedUrls?.local[0] ?? ''}#token=${token}`
  console.log(
    `\nThe page, with an emulated WhatsApp behind it:\n\n  ${address}\n\nCtrl+C ends it and deletes its data.`,
  )
  if (!values['no-open']) openInBrowser(address)
  await cast.chatter(stopped.signal)
} catch (error) {
  if (!stopped.signal.aborted) {
    console.error(`It could not go on: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
} finally {
  for (const watcher of watchers) watcher.close()
  await page?.close()
  await app.stop()
  await model.close()
  await emulator.close()
  rmSync(dataDirectory, { recursive: true, force: true })
}

/** The page's sources, and the program behind the same address. */
async function servePage(): Promise<ViteDevServer> {
  const target = `http://127.0.0.1:${port}`
  const pagePort = Number(values['page-port'] ?? 0) || (await freePort())
  const own = new Set(['127.0.0.1', 'localhost'].map((host) => `http://${host}:${pagePort}`))
  // The program refuses pages of another address. Only this page is taken for its own: others stay what they are, and are refused.
  const vouch = (proxied: ClientRequest, { headers: { origin } }: IncomingMessage) => {
    if (origin !== undefined && own.has(origin)) proxied.setHeader('origin', target)
  }
  const proxy: ProxyOptions = {
    target,
    ws: true,
    changeOrigin: true,
    configure(server) {
      server.on('proxyReq', vouch)
      server.on('proxyReqWs', vouch)
      // The program is restarting. The page asks again.
      server.on('error', () => undefined)
    },
  }
  const server = await createServer({
    configFile: join(root, 'renderer/vite.config.ts'),
    cacheDir: join(root, 'out/.dev'),
    logLevel: 'warn',
    server: {
      host: '127.0.0.1',
      port: pagePort,
      strictPort: true,
      proxy: { '^/(?:api|auth|health|rpc)(?:[/?]|$)': proxy },
      fs: { allow: [root, realpathSync(join(root, 'node_modules'))] },
    },
  })
  // Vite would end this process itself, and leave the program and its data behind.
  for (const listener of process.listeners('SIGTERM')) if (listener !== stop) process.off('SIGTERM', listener)
  process.stdin.removeAllListeners('end')
  return await server.listen()
}

function watchSources(served: ViteDevServer): FSWatcher[] {
  let timer: NodeJS.Timeout | undefined
  let queue = Promise.resolve()
  const changed = (file: string | null) => {
    if (file !== null && (/\.test(-kit)?\.tsx?$/.test(file) || !/\.tsx?$/.test(file))) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      queue = queue.then(() => restart(served, file ?? 'a file'))
    }, SETTLE_MS)
  }
  return SOURCES.map((folder) => watch(join(root, folder), { recursive: true }, (_event, file) => changed(file)))
}

async function restart(served: ViteDevServer, file: string): Promise<void> {
  if (stopped.signal.aborted) return
  console.log(`${file} changed: the program restarts.`)
  restarting = true
  try {
    await app.stop()
    if (stopped.signal.aborted) return
    app = start()
    await app.listening()
    console.log('The program runs again.')
    served.ws.send({ type: 'full-reload' })
  } catch {
    // What is wrong was printed by the program. The next change tries again.
    console.log('The program did not start. Save a file to start it again.')
  } finally {
    restarting = false
  }
}
