import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { type AppProcess, freePort, linkApp, newToken, spawnApp } from '../../emulator/demo/app-process.ts'
import { createModelEndpoint } from '../../emulator/demo/model-endpoint.ts'
import { createEmulator } from '../../emulator/index.ts'
import { spreadOverMonth } from './backups-of-a-month.ts'
import { ANSWERS, createPeople, past } from './people.ts'
import { writeWeek } from './week.ts'

const TOKEN_ENV = { WHATSLANG_PACING: 'off', OPENAI_API_KEY: 'demo', OPENAI_MODEL: 'demo-phrase-book' }

/** A program in the middle of its life: people with difficult names, a week of answers, a month of backups, several bots, a rule, an own bot. */
export async function createWorld() {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'whatslang-pictures-'))
  const emulator = await createEmulator({
    history: false,
    keep: 200,
    owner: { name: 'Olivia Demo', pn: '15550000001', lid: '900000001' },
  })
  const people = createPeople(emulator)
  const model = await createModelEndpoint({
    name: 'demo-phrase-book',
    answer: (_system, text) => ANSWERS[text] ?? 'My phrase book does not hold this sentence.',
  })
  const token = newToken()
  const port = await freePort()
  const start = async () => {
    const app = spawnApp({
      dataDirectory,
      emulatorUrl: emulator.url,
      port,
      token,
      built: true,
      env: { ...TOKEN_ENV, OPENAI_BASE_URL: model.url },
    })
    await app.listening()
    return app
  }
  let app = await start()
  const { api } = app
  await api('PATCH', '/settings', { risk_accepted: true, welcomed: true })
  const history = emulator.online(60_000).then(() => emulator.owner.sendHistory(past(people, Date.now())))
  await linkApp(app, (qr) => emulator.owner.scan(qr))
  await history
  await chatsArrive(app, 15)
  const jids = {
    ana: people.ana.lid,
    ben: people.ben.lid,
    carla: people.carla.lid,
    dan: people.dan.lid,
    hebrew: people.hebrew.lid,
    nameless: people.nameless.lid,
    beach: people.beach.jid,
    building: people.building.jid,
  }
  for (const [jid, bot] of [
    [jids.ana, 'translation'],
    [jids.ana, 'auto_reply'],
    [jids.ben, 'translation'],
    [jids.carla, 'joke'],
    [jids.dan, 'health_coach'],
    [jids.beach, 'translation'],
  ] as const)
    await api('PUT', `/chats/${encodeURIComponent(jid)}/bots/${bot}`, { enabled: true })
  await api('PUT', '/bots/own/librarian', {
    name: 'librarian',
    label: 'Friendly librarian',
    prefix: 'lib',
    description: 'Answers questions about books, in two sentences.',
    system_prompt: 'You are a friendly librarian. Answer in two sentences, in the language of the question.',
  })
  await api('PUT', '/bots/auto_reply/rules', {
    rules: [
      { match: 'contains', pattern: 'address', answer: 'Example Street 1, second floor.', case_sensitive: false },
      {
        match: 'regex',
        pattern: '^(hi|hello)\\b',
        answer: 'Hello! I read this in the evening.',
        case_sensitive: false,
      },
    ],
  })
  await api('POST', '/backups', {})
  await api('POST', '/backups', { format: 'db' })
  await api('POST', '/backups', { passphrase: 'correct horse battery staple' })
  await app.stop()
  writeWeek(join(dataDirectory, 'messages.db'), Date.now())
  spreadOverMonth(join(dataDirectory, 'backups'), Date.now())

  app = await start()
  await app.api('POST', '/session/connect').catch(() => undefined) // it may be on its way already
  await app.reaches('open')
  const answered = people.ben.next(
    (item) => item.text?.includes('cadeiras') === true || item.text?.includes('chairs') === true,
    30_000,
  )
  await people.ana.say('Onde fica a estação?')
  const dinner = await people.ana.say('O jantar é às oito, na casa da minha avó. Leva um agasalho, está frio.')
  await emulator.owner.say(people.ana, 'I will take the train at half past six.', { quote: dinner })
  await people.ana.voice(new Uint8Array(38_000), { seconds: 12 })
  await people.ana.image(new Uint8Array(240_000), { caption: 'O mapa: https://example.org/map e example.com' })
  await people.ben.sayIn(people.beach, 'Who brings the umbrella?')
  await people.ana.sayIn(people.beach, 'Eu levo o guarda-sol e as cadeiras 🏖️')
  await answered

  const backups = z.array(z.object({ id: z.string() })).parse(await app.api('GET', '/backups'))
  const newest = (ending: string) => backups.find(({ id }) => id.endsWith(ending))?.id ?? ''
  return {
    backups: { plain: newest('.sql.gz'), encrypted: newest('.age') },
    url: app.url,
    token,
    jids,
    people,
    emulator,
    api: ((method, path, body) => app.api(method, path, body)) satisfies typeof app.api as typeof app.api,
    /** The model goes away, and one message asks for it. */
    async trouble() {
      await model.close()
      await people.ben.say('Can you bring the cake on Sunday?')
    },
    /** The program is not there while `work` runs. */
    async interrupt(work: () => Promise<void>) {
      await app.stop()
      await work()
      app = await start()
    },
    async close() {
      await app.stop()
      await model.close().catch(() => undefined)
      await emulator.close()
      rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}
export type World = Awaited<ReturnType<typeof createWorld>>

/** What the phone sends of the past is stored a moment later. */
async function chatsArrive(app: AppProcess, count: number): Promise<void> {
  const Count = z.object({ total: z.number() })
  const end = performance.now() + 30_000
  while (Count.parse(await app.api('GET', '/chats?limit=1')).total < count) {
    if (performance.now() > end) throw new Error(`Fewer than ${count} chats came.`)
    await sleep(100)
  }
}

/** A program on its first day: nothing linked, nothing stored. */
export async function createFirstDay() {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'whatslang-pictures-'))
  const emulator = await createEmulator({ history: false })
  const token = newToken()
  const app = spawnApp({
    dataDirectory,
    emulatorUrl: emulator.url,
    port: await freePort(),
    token,
    built: true,
    env: { WHATSLANG_PACING: 'off' },
  })
  await app.listening()
  return {
    url: app.url,
    token,
    api: app.api,
    async close() {
      await app.stop()
      await emulator.close()
      rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}
