import { setTimeout as sleep } from 'node:timers/promises'
import makeWASocket, {
  type AuthenticationCreds,
  BufferJSON,
  initAuthCreds,
  type proto,
  type SignalDataTypeMap,
  type SocketConfig,
  WA_CERT_DETAILS,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys'
import { createEmulator, type Emulator } from './index.ts'
import { silentLogger } from './silent-logger.ts'

interface Closed {
  code: number | undefined
}

/**
 * Baileys as it comes, with its keys in memory, that answers `re <text>` with a quote. It exists to show that the emulator speaks
 * what an unpatched client understands; it is no model of how to build a bot.
 */
export function createBot(emulator: Emulator, config: Partial<SocketConfig> = {}, waitsForHistory = true) {
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(emulator.rootKey)
  const creds: AuthenticationCreds = initAuthCreds()
  const rows = new Map<string, string>()
  const keys = {
    get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]) {
      const found: { [id: string]: SignalDataTypeMap[T] } = {}
      for (const id of ids) {
        const row = rows.get(`${type}:${id}`)
        if (row === undefined) continue
        const value: SignalDataTypeMap[T] = JSON.parse(row, BufferJSON.reviver)
        found[id] = value
      }
      return found
    },
    set(data: object) {
      for (const [type, entries] of Object.entries(data)) {
        for (const [id, value] of Object.entries(entries ?? {})) {
          if (value === null) rows.delete(`${type}:${id}`)
          else rows.set(`${type}:${id}`, JSON.stringify(value, BufferJSON.replacer))
        }
      }
    },
  }
  const received: { message: WAMessage; type: 'notify' | 'append' }[] = []
  const sent = new Map<string, proto.IMessage>()
  const closes: Closed[] = []
  const history: { chats: number; messages: WAMessage[] }[] = []
  const qrs: string[] = []
  let socket: WASocket | undefined
  let opens = 0
  let stopped = false
  const bot = {
    /** Off: messages are only noted. */
    answers: true,
    /** Called for each code; scans it by default. */
    onQr: (qr: string): void => {
      emulator.owner.scan(qr)
    },
    /** What to do at a close: codes that end it are the caller's affair. */
    reconnects: (code: number | undefined): boolean => code === 515,
    received,
    closes,
    history,
    qrs,
    creds,
    rows,
    get socket() {
      if (!socket) throw new Error('The bot has not been started.')
      return socket
    },
    get opens() {
      return opens
    },
    texts: () => received.map(({ message }) => textOfMessage(message)).filter((text) => text !== undefined),
    start() {
      const current = makeWASocket({
        auth: { creds, keys },
        waWebSocketUrl: emulator.url,
        logger: silentLogger,
        getMessage: async ({ id }) => sent.get(id ?? ''),
        retryRequestDelayMs: 10,
        ...config,
      })
      socket = current
      current.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
        if (qr) {
          qrs.push(qr)
          bot.onQr(qr)
        }
        if (connection === 'open') opens++
        if (connection !== 'close') return
        const code = codeOf(lastDisconnect?.error)
        closes.push({ code })
        if (!stopped && bot.reconnects(code)) bot.start()
      })
      current.ev.on('messaging-history.set', ({ chats, messages }) => {
        history.push({ chats: chats.length, messages })
      })
      current.ev.on('messages.upsert', ({ messages, type }) => {
        for (const message of messages) {
          received.push({ message, type })
          const text = textOfMessage(message)
          if (!bot.answers || message.key.fromMe || text === undefined) continue
          void bot.send(message.key.remoteJid ?? '', `re ${text}`, message)
        }
      })
    },
    async send(jid: string, text: string, quoted?: WAMessage, messageId?: string) {
      const options = { ...(quoted ? { quoted } : {}), ...(messageId ? { messageId } : {}) }
      const full = await bot.socket.sendMessage(jid, { text }, options)
      if (full?.key.id && full.message) sent.set(full.key.id, full.message)
      return full?.key.id ?? ''
    },
    /** Pairs (or logs in) and waits until the connection is open and caught up. */
    async open() {
      const before = opens
      bot.start()
      await until(() => opens > before, 'the connection to open')
      await emulator.online()
      // Without one finished history sync every later login waits 20 s for it.
      if (waitsForHistory) {
        await until(() => creds.accountSyncCounter > 0, 'the first history sync')
      }
    },
    /** Goes offline, and waits until the server has noticed. */
    async leave() {
      await socket?.end(undefined)
      await until(() => !emulator.owner.device?.online, 'the server to notice')
      closes.pop()
    },
    async close() {
      stopped = true
      await socket?.end(undefined)
    },
  }
  return bot
}
export type Bot = ReturnType<typeof createBot>

/** Ana and Bob, the group of both, and a bot that is linked and caught up. */
export async function createScene() {
  const emulator = await createEmulator()
  const ana = emulator.contact({ name: 'Ana', pn: '5511999990001', lid: '700000001' })
  const bob = emulator.contact({ name: 'Bob', pn: '447700900001', lid: '700000002' })
  const group = emulator.group({ subject: 'Demo', members: [ana, bob] })
  const bot = createBot(emulator)
  await bot.open()
  return {
    emulator,
    ana,
    bob,
    group,
    bot,
    /** Returns what went wrong inside the emulator, and the counters that were used twice. */
    async close() {
      await bot.close()
      const faults = { errors: [...emulator.errors], reusedCounters: emulator.signal.reusedCounters }
      await emulator.close()
      return faults
    },
  }
}
export type Scene = Awaited<ReturnType<typeof createScene>>

export function textOfMessage(message: WAMessage): string | undefined {
  return message.message?.conversation ?? message.message?.extendedTextMessage?.text ?? undefined
}

function codeOf(error: unknown): number | undefined {
  const output = error instanceof Error && 'output' in error ? error.output : undefined
  return typeof output === 'object' && output !== null && 'statusCode' in output ? Number(output.statusCode) : undefined
}

export async function until(condition: () => boolean, what: string, ms = 10_000): Promise<void> {
  const end = performance.now() + ms
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited ${ms} ms for ${what}.`)
    await sleep(5)
  }
}
