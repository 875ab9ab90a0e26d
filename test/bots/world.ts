import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCatalogue } from '../../main/bots/catalogue.ts'
import { createPipeline } from '../../main/bots/pipeline.ts'
import type { ModelPrompt } from '../../main/llm/model.ts'
import { createPause } from '../../main/pause/pause.ts'
import type { Outbound, OutboundText, TaskProcess } from '../../main/ports.ts'
import { createRuleMatching } from '../../main/rules/rule-matching.ts'
import { createActivity } from '../../main/store/activity.ts'
import type { InboundMessage } from '../../main/store/inbound.ts'
import { openStore } from '../../main/store/index.ts'
import { createForkTasks } from '../../main/tasks/fork.ts'
import type { OwnBot } from '../../preload/contract/bots.ts'
import { Settings } from '../../preload/contract/settings.ts'

export const CHAT = '5511999990001@s.whatsapp.net'
export const GROUP = '120363000000000001@g.us'

/** A way out to WhatsApp of which a test decides what becomes of each message. */
export function fakeOutbound() {
  const acks = new Set<(ack: { waMessageId: string; error?: string }) => void>()
  const readies = new Set<() => void>()
  const sent: OutboundText[] = []
  const typed: string[] = []
  let ready = true
  const fake = {
    sent,
    typed,
    /** What becomes of a message: 'ack', 'silence', 'throw', or the code of a refusal. */
    fate: (_message: OutboundText): string => 'ack',
    setReady(next: boolean) {
      ready = next
      for (const listener of readies) listener()
    },
    ack(waMessageId: string, error?: string) {
      for (const listener of acks) listener(error === undefined ? { waMessageId } : { waMessageId, error })
    },
    listeners: () => acks.size + readies.size,
    port: {
      ready: () => ready,
      onReady(listener) {
        readies.add(listener)
        return () => readies.delete(listener)
      },
      async send(message) {
        const fate = fake.fate(message)
        if (fate === 'throw') throw new Error('nothing was written')
        sent.push(message)
        if (fate === 'silence') return
        setImmediate(() => fake.ack(message.waMessageId, fate === 'ack' ? undefined : fate))
      },
      onAck(listener) {
        acks.add(listener)
        return () => acks.delete(listener)
      },
      async typing(chatJid, state) {
        typed.push(`${chatJid} ${state}`)
      },
    } satisfies Outbound,
  }
  return fake
}

export type World = ReturnType<typeof createWorld>

/** A data directory with a pipeline on it, which can be killed and started again. */
export function createWorld(
  options: { pacing?: 'on' | 'off'; timing?: { ack?: number; send?: number; again?: number } } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'whatslang-bots-'))
  const path = join(folder, 'messages.db')
  const settings = Settings.parse({})
  const start = Date.UTC(2026, 4, 5, 10)
  const base = performance.now()
  const time = {
    /** ms by which all clocks went on. */
    offset: 0,
    /** ms by which the server's clock, as we reckon it, is ahead of this machine's. */
    ahead: 0,
    local: () => start + (performance.now() - base) + time.offset,
    server: () => time.local() + time.ahead,
  }
  const outbound = fakeOutbound()
  const asked: ModelPrompt[] = []
  const model = {
    answer: async (prompt: ModelPrompt, _signal?: AbortSignal): Promise<string> =>
      `answer to ${prompt.turns.at(-1)?.text}`,
  }
  const logged: string[] = []
  const log = {
    warn: (facts: unknown, text?: string) => void logged.push(JSON.stringify([facts, text])),
    error: (facts: unknown, text?: string) => void logged.push(JSON.stringify([facts, text])),
  }
  const told: { scope: string; bot: string }[] = []
  const clock = { now: () => Math.round(time.local()), monotonic: () => performance.now() }
  let counter = 0

  function open() {
    const tasks = createForkTasks()
    const processes: TaskProcess[] = []
    const matching = createRuleMatching({
      tasks: {
        ...tasks,
        open() {
          const process = tasks.open?.() as TaskProcess
          processes.push(process)
          return process
        },
      },
    })
    const store = openStore({ path, clock })
    const account = store.accounts.link({ jid: '5511888880000@s.whatsapp.net', lid: '900000000001@lid' })
    const catalogue = createCatalogue({ rows: store.bots, matching })
    const pause = createPause({ clock })
    const pipeline = createPipeline({
      store,
      catalogue,
      pause,
      model: {
        complete: (prompt, signal) => {
          asked.push(prompt)
          return model.answer(prompt, signal)
        },
      },
      outbound: outbound.port,
      clock,
      serverNow: () => Math.round(time.server()),
      settings: () => settings,
      log,
      onBudget: (budget) => void told.push(budget),
      onLoop: ({ bot }) => void told.push({ scope: 'loop', bot }),
      pacing: options.pacing ?? 'off',
      timing: { ack: 60, send: 1000, again: 20, ...options.timing },
    })
    return { tasks, processes, store, account, catalogue, pause, pipeline, activity: createActivity(store.context) }
  }
  let current = open()

  const world = {
    outbound,
    asked,
    model,
    settings,
    time,
    logged,
    /** What the owner was told of budgets and loops. */
    told,
    get store() {
      return current.store
    },
    get pipeline() {
      return current.pipeline
    },
    get pause() {
      return current.pause
    },
    get catalogue() {
      return current.catalogue
    },
    get activity() {
      return current.activity
    },
    get accountId() {
      return current.account.id
    },
    /** A message as the WhatsApp side brings it. */
    message(text: string | null, change: Partial<InboundMessage> = {}): InboundMessage {
      counter += 1
      const now = Math.round(time.server())
      return {
        accountId: current.account.id,
        chatJid: CHAT,
        messageId: `IN${String(counter).padStart(6, '0')}`,
        senderJid: '',
        fromMe: false,
        sentAt: Math.floor(now / 1000) * 1000,
        receivedAt: now,
        origin: 'live',
        kind: 'text',
        text,
        raw: new Uint8Array([1, 2, 3]),
        ...change,
      }
    },
    switchOn(bot: string, patch: { answerOwnerMessages?: boolean; contextMessageCount?: number } = {}, jid = CHAT) {
      const chat = current.store.chats.resolve(current.account.id, jid)
      current.store.assignments.set(chat.id, bot, { ...patch, enabled: true }, current.account.id)
      return chat.id
    },
    saveBot: (bot: OwnBot) => current.catalogue.save(bot),
    receive: (...batch: InboundMessage[]) => current.pipeline.receive(batch),
    /** The processes that the rules of the auto-reply were given since the start. */
    get ruleProcesses() {
      return current.processes
    },
    /** Begins to end the program: `app.stop` ends the tasks before the bots. */
    endTasks: () => current.tasks.dispose(),
    /** The process dies now, and the program starts again on what is in the file. */
    async crash() {
      await current.pipeline.dispose()
      await current.tasks.dispose()
      current.pause.dispose()
      current.store.close()
      current = open()
    },
    start: () => current.pipeline.start(),
    jobs: () =>
      current.store.db
        .prepare<[], { bot_name: string; state: string; reason: string | null; attempts: number }>(
          'SELECT bot_name, state, reason, attempts FROM jobs ORDER BY id',
        )
        .all(),
    chunks: () =>
      current.store.db
        .prepare<[], { state: string; code: string | null; wa_message_id: string; attempts: number; chunk: number }>(
          'SELECT state, code, wa_message_id, attempts, chunk FROM outbox ORDER BY id',
        )
        .all(),
    /** Distinct answers that the contact sees: resends of one id are one. */
    seen: () => [...new Map(outbound.sent.map((message) => [message.waMessageId, message.text])).values()],
    async until(condition: () => boolean, milliseconds = 5000) {
      const end = performance.now() + milliseconds
      while (!condition()) {
        if (performance.now() > end) {
          throw new Error(
            `It did not happen: ${JSON.stringify({ jobs: world.jobs(), chunks: world.chunks(), logged })}`,
          )
        }
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
    settled: (milliseconds?: number) =>
      world.until(
        () =>
          world.jobs().every(({ state }) => state !== 'waiting') &&
          world.chunks().every(({ state }) => state !== 'pending' && state !== 'sent'),
        milliseconds,
      ),
    async dispose() {
      await current.pipeline.dispose()
      await current.tasks.dispose()
      current.pause.dispose()
      current.store.close()
      rmSync(folder, { recursive: true })
    },
  }
  return world
}
