// A process to be killed: `node crash-child.test-kit.ts <session.db> <store.db> <emulator> <journal|plain>`. Its store is one table.
import Database from 'better-sqlite3'
import { pino } from 'pino'
import { createPause } from '../pause/pause.ts'
import { createWhatsApp } from './index.ts'

const [, , sessionPath = '', storePath = '', emulatorUrl = '', mode = 'journal'] = process.argv
const store = new Database(storePath)
store.pragma('journal_mode = WAL')
store.pragma('synchronous = FULL')
store.exec('CREATE TABLE IF NOT EXISTS messages (name TEXT PRIMARY KEY, text TEXT)')
const insert = store.prepare('INSERT OR IGNORE INTO messages VALUES (?, ?)')
const clock = { now: () => Date.now(), monotonic: () => performance.now() }
const wa = createWhatsApp({
  sessionPath,
  emulatorUrl,
  clock,
  pause: createPause({ clock }),
  log: pino({ level: 'silent' }),
  onAccount: () => 1,
  onMessages: (batch) => {
    // A slow disk: the moment between the receipt and the store, in which a message is lost without the journal.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30)
    store.transaction(() => {
      for (const { chatJid, senderJid, messageId, text } of batch)
        insert.run(`${chatJid} ${senderJid} ${messageId}`, text)
    })()
  },
  onHistory: () => undefined,
  onMapping: () => undefined,
  isOwnMessage: () => false,
  sentText: () => undefined,
  disable: new Set(mode === 'plain' ? (['journal'] as const) : []),
  timing: { backoffFirst: 20 },
})
wa.onChange(({ qr, state }) => process.send?.({ qr, state }))
await wa.connect()
