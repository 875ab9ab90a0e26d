// `npm run demo [-- --model] [--port 8021]`: the whole program on an emulated WhatsApp, with people who write by themselves. No phone, no key, nothing kept.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort, linkApp, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { assignBots } from '../emulator/demo/assign-bots.ts'
import { createCast } from '../emulator/demo/cast.ts'
import { findModel } from '../emulator/demo/local-model.ts'
import { createModelEndpoint } from '../emulator/demo/model-endpoint.ts'
import { demoAnswer } from '../emulator/demo/phrases.ts'
import { createEmulator } from '../emulator/index.ts'
import { bundle } from './bundle.ts'
import { openInBrowser } from './open-in-browser.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'boolean', default: false },
    port: { type: 'string' },
    'no-open': { type: 'boolean', default: false },
  },
})

const model = values.model ? await findModel(process.env) : undefined
if (values.model && !model) {
  console.error(
    'No model was found. Start Ollama or LM Studio, or set OPENAI_API_KEY (and OPENAI_BASE_URL, OPENAI_MODEL); or leave --model out to use the phrase book.',
  )
  process.exit(1)
}

await bundle()
const dataDirectory = mkdtempSync(join(tmpdir(), 'whatslang-demo-'))
const stopped = new AbortController()
const emulator = await createEmulator({ history: false, keep: 200 })
const cast = createCast(emulator)
const phraseBook = await createModelEndpoint({ name: 'demo-phrase-book', answer: demoAnswer, delayMs: 400 })
const token = newToken()
const app = spawnApp({
  dataDirectory,
  emulatorUrl: emulator.url,
  port: values.port ? Number(values.port) : await freePort(),
  token,
  built: true,
  env: {
    WHATSLANG_DEMO: model ? 'model' : 'phrase-book',
    ...(model ?? { OPENAI_BASE_URL: phraseBook.url, OPENAI_MODEL: 'demo-phrase-book', OPENAI_API_KEY: 'demo' }),
  },
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort())
void app.exited.then(() => stopped.abort())

try {
  await app.listening()
  const history = emulator.online(60_000).then(() => emulator.owner.sendHistory(cast.past(Date.now())))
  await linkApp(app, (qr) => emulator.owner.scan(qr))
  await history
  await assignBots(app, cast)
  const page = `${app.url}/#token=${token}`
  console.log(
    'Whatslang demo: an emulated WhatsApp on this machine, with made-up people. Nothing reaches the real one.',
  )
  console.log(
    model ? 'A real model answers (--model).' : 'A phrase book stands in for the model, and says so in every answer.',
  )
  console.log(`\n  ${page}\n\nCtrl+C ends it and deletes its data.`)
  if (!values['no-open']) openInBrowser(page)
  await cast.chatter(stopped.signal)
} catch (error) {
  if (!stopped.signal.aborted || app.ended) {
    console.error(`The demo could not go on: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
} finally {
  await app.stop()
  await phraseBook.close()
  await emulator.close()
  rmSync(dataDirectory, { recursive: true, force: true })
}
