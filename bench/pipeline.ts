// Messages stored and decided on per second, and the time from a message to its answer, each beside what it is measured against.
//   npm run bench -- pipeline [messages=1000]
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createModelEndpoint } from '../emulator/demo/model-endpoint.ts'
import { createCatalogue } from '../main/bots/catalogue.ts'
import { createPipeline } from '../main/bots/pipeline.ts'
import { createPause } from '../main/pause/pause.ts'
import type { Outbound } from '../main/ports.ts'
import type { InboundMessage } from '../main/store/inbound.ts'
import { openStore } from '../main/store/index.ts'
import { Settings } from '../preload/contract/settings.ts'
import { modelEnvironment, startLinkedApp } from '../test/linked-app.ts'
import { UNLIMITED } from '../test/unlimited.ts'
import { inFolder } from './measure.ts'

const CHATS = 50
const BATCH = 20
const BATCHES = 10
const ROUNDS = 15
const LATENCY_MESSAGES = 1000
const WARM_UP = 20

const jidOf = (n: number) => `55119999${String(n).padStart(5, '0')}@s.whatsapp.net`
const print = (figure: Record<string, unknown>) => console.log(JSON.stringify({ bench: 'pipeline', ...figure }))
const round = (value: number, digits = 1) => Number(value.toFixed(digits))
const percentile = (sorted: readonly number[], p: number) =>
  sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN

const messages = Number(process.argv[2] ?? LATENCY_MESSAGES)
await inFolder(async (folder) => {
  const stored = throughput(folder)
  const quick = await answerLatency(join(folder, 'data'), messages)
  process.exitCode = stored && quick ? 0 : 1
})

/**
 * The service fetches 20 messages at a time, and so does a client that catches up: ours takes them in one durable transaction, the service one
 * by one. Alone, a message costs one transaction here as well. The turns are interleaved, so that all meet the same disk.
 */
function throughput(folder: string): boolean {
  const ours = createOurs(join(folder, 'ours.db'))
  const theirs = createServiceLike(join(folder, 'service.db'))
  const spent = { batches: 0, alone: 0, service: 0 }
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    spent.service += timed(() => theirs.take(BATCH))
    spent.batches += timed(() => ours.take(BATCHES * BATCH, BATCH))
    spent.alone += timed(() => ours.take(BATCH, 1))
  }
  ours.close()
  const perSecond = (messages: number, milliseconds: number) => Math.round((ROUNDS * messages * 1000) / milliseconds)
  const service = perSecond(BATCH, spent.service)
  const batches = perSecond(BATCHES * BATCH, spent.batches)
  const ratio = round(batches / service)
  print({
    figure: 'messages stored, decided on and committed per second',
    in_batches_of_20: batches,
    alone: perSecond(BATCH, spent.alone),
    service_pattern: service,
    ratio,
    wanted: '>= 20',
    pass: ratio >= 20,
  })
  return ratio >= 20
}

function timed(run: () => void): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

function createOurs(path: string) {
  const store = openStore({ path })
  const account = store.accounts.link({ jid: '5511888880000@s.whatsapp.net' })
  const clock = { now: () => Date.now(), monotonic: () => performance.now() }
  const pause = createPause({ clock })
  // The decision and the waiting job are measured; running it is the latency's matter.
  pause.byUser()
  const silent = () => () => undefined
  const outbound: Outbound = {
    ready: () => false,
    onReady: silent,
    send: async () => undefined,
    onAck: silent,
    typing: async () => undefined,
  }
  const settings = Settings.parse({})
  const pipeline = createPipeline({
    store,
    catalogue: createCatalogue({
      rows: store.bots,
      matching: { find: async () => null, problem: async () => undefined },
    }),
    model: { complete: async () => '' },
    outbound,
    pause,
    clock,
    serverNow: clock.now,
    settings: () => settings,
    log: { warn: () => undefined, error: () => undefined },
  })
  for (let n = 0; n < CHATS; n += 1) {
    const chat = store.chats.resolve(account.id, jidOf(n))
    store.assignments.set(chat.id, 'echo', { enabled: true }, account.id)
  }
  let count = 0
  return {
    take(messages: number, size: number) {
      let batch: InboundMessage[] = []
      for (let n = 0; n < messages; n += 1) {
        count += 1
        const now = Date.now()
        batch.push({
          accountId: account.id,
          chatJid: jidOf(count % CHATS),
          messageId: `B${count}`,
          senderJid: '',
          fromMe: false,
          sentAt: now,
          receivedAt: now,
          origin: 'live',
          kind: 'text',
          text: `message number ${count}`,
        })
        if (batch.length < size) continue
        pipeline.receive(batch)
        batch = []
      }
    },
    close() {
      pause.dispose()
      void pipeline.dispose()
      store.close()
    },
  }
}

/**
 * What the Python service does for each message, re-created in its plainest form: is it processed, is the chat known, mark it processed,
 * touch the chat; a new connection and a commit for each of the four, with SQLite's defaults.
 */
function createServiceLike(path: string) {
  const each = (run: (db: Database.Database) => void) => {
    const db = new Database(path)
    try {
      db.exec('BEGIN')
      run(db)
      db.exec('COMMIT')
    } finally {
      db.close()
    }
  }
  each((db) =>
    db.exec(`CREATE TABLE processed_messages (message_id TEXT, bot_name TEXT, original_text TEXT, response_text TEXT, metadata TEXT,
      processed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (message_id, bot_name));
      CREATE TABLE chats (chat_jid TEXT PRIMARY KEY, chat_name TEXT, is_manual BOOLEAN DEFAULT 0, last_synced TIMESTAMP,
      last_message_time TIMESTAMP, message_count INTEGER DEFAULT 0, added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)`),
  )
  let count = 0
  return {
    take(messages: number) {
      for (let n = 0; n < messages; n += 1) {
        count += 1
        const id = `B${count}`
        const jid = jidOf(count % CHATS)
        each((db) =>
          db.prepare('SELECT 1 FROM processed_messages WHERE message_id = ? AND bot_name = ?').get(id, 'echo'),
        )
        each((db) => db.prepare('INSERT OR IGNORE INTO chats (chat_jid) VALUES (?)').run(jid))
        each((db) =>
          db
            .prepare('INSERT OR REPLACE INTO processed_messages (message_id, bot_name, original_text) VALUES (?, ?, ?)')
            .run(id, 'echo', `message number ${count}`),
        )
        each((db) =>
          db
            .prepare(
              'UPDATE chats SET message_count = message_count + 1, last_message_time = CURRENT_TIMESTAMP WHERE chat_jid = ?',
            )
            .run(jid),
        )
      }
    },
  }
}

/** One after the other, from the moment a contact's phone sends to the moment it has decrypted the answer; a model of 0 ms, pacing off. */
async function answerLatency(dataDirectory: string, messages: number): Promise<boolean> {
  const endpoint = await createModelEndpoint({ name: 'bench', answer: (_system, text) => `answer to ${text}` })
  const linked = await startLinkedApp({
    dataDirectory,
    env: { WHATSLANG_LOG_LEVEL: 'warn', ...modelEnvironment(endpoint) },
  })
  try {
    const contact = linked.emulator.contact({ name: 'Bench', pn: '15550000900', lid: '8100000900' })
    await linked.app.api('PATCH', '/settings', UNLIMITED)
    await contact.say('hello')
    await linked.switchOn(contact, 'translation')
    const latencies: number[] = []
    for (let n = -WARM_UP; n < messages; n += 1) {
      const start = performance.now()
      const answer = contact.next((item) => item.text === `[ai] answer to ${n}`, 30_000)
      await contact.say(String(n))
      await answer
      if (n >= 0) latencies.push(performance.now() - start)
    }
    latencies.sort((a, b) => a - b)
    const [p50, p95, p99] = [50, 95, 99].map((p) => round(percentile(latencies, p)))
    const pass = (p50 ?? Number.NaN) <= 40 && (p95 ?? Number.NaN) <= 100
    print({
      figure: 'milliseconds from a message sent to its answer decrypted',
      messages,
      p50,
      p95,
      p99,
      max: round(latencies.at(-1) ?? Number.NaN),
      python_service_p50: 2500,
      wanted: 'p50 <= 40, p95 <= 100',
      pass,
    })
    return pass
  } finally {
    await linked.close()
    await endpoint.close()
  }
}
