import type { AuthenticationCreds, SignalDataSet, SignalDataTypeMap, SignalKeyStore } from '@whiskeysockets/baileys'
import type { TrustedToken } from './history.ts'
import type { Journal, JournalEntry } from './journal.ts'
import type { SessionDatabase } from './session-db.ts'

/** The name under which a journal entry travels through Baileys' key transactions. */
const journalType = 'journal'

interface Json {
  replacer(key: string, value: unknown): unknown
  reviver(key: string, value: unknown): unknown
}

export interface KeyStore extends SignalKeyStore {
  loadCreds(): AuthenticationCreds | undefined
  saveCreds(creds: AuthenticationCreds): void
  /** Mappings and tokens that a chunk of history brought, in the form in which Baileys looks for them. */
  keep(mappings: { pn: string; lid: string }[], tokens: TrustedToken[]): void
  /** Removes credentials and Signal keys; what the journal holds and the facts stay. */
  wipe(): void
  /** Mappings of a phone number to a LID that nobody took yet. */
  untold(): { pn: string; lid: string }[]
  told(mapping: { pn: string; lid: string }): void
}

export interface KeyStoreDeps {
  session: SessionDatabase
  journal: Journal
  /** Baileys' BufferJSON. */
  json: Json
  /** Called before the error is thrown, so that the socket is shut before Baileys can answer the server. */
  onFailure(error: unknown): void
  onMapping(): void
}

/** Baileys' key store on SQLite: whatever one `set` holds is one commit. */
export function createKeyStore({ session, journal, json, onFailure, onMapping }: KeyStoreDeps): KeyStore {
  const { db } = session
  const select = db.prepare<[string, string], { value: string }>('SELECT value FROM keys WHERE type = ? AND id = ?')
  const put = db.prepare(
    'INSERT INTO keys (type, id, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  )
  const drop = db.prepare('DELETE FROM keys WHERE type = ? AND id = ?')
  const loadCreds = db.prepare<[], { value: string }>('SELECT value FROM creds')
  const saveCreds = db.prepare('INSERT INTO creds VALUES (1, ?) ON CONFLICT DO UPDATE SET value = excluded.value')
  const queue = db.prepare('INSERT INTO untold_mappings VALUES (?, ?) ON CONFLICT DO UPDATE SET lid = excluded.lid')
  const untold = db.prepare<[], { pn: string; lid: string }>('SELECT pn, lid FROM untold_mappings')
  const told = db.prepare('DELETE FROM untold_mappings WHERE pn = ? AND lid = ?')

  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      onFailure(error)
      throw error
    }
  }
  const write = (data: Record<string, Record<string, unknown> | undefined>): boolean => {
    let mapped = false
    for (const [type, rows] of Object.entries(data)) {
      for (const [id, value] of Object.entries(rows ?? {})) {
        if (type === journalType) journal.insert(value as JournalEntry)
        else if (value === null || value === undefined) drop.run(type, id)
        else put.run(type, id, JSON.stringify(type === 'sender-key' ? readable(value, json) : value, json.replacer))
        if (type === 'lid-mapping' && typeof value === 'string' && !id.endsWith('_reverse')) {
          queue.run(`${id}@s.whatsapp.net`, `${value}@lid`)
          mapped = true
        }
      }
    }
    journal.settle()
    return mapped
  }
  const newer = ({ jid, token, timestamp }: TrustedToken, lids: Map<string, string>) => {
    const lid = jid.endsWith('@lid') ? jid : (lids.get(userOf(jid)) ?? select.get('lid-mapping', userOf(jid))?.value)
    const name = lid === undefined ? jid : `${userOf(lid.replaceAll('"', ''))}@lid`
    const row = select.get('tctoken', name)
    const held = row ? JSON.parse(row.value, json.reviver) : {}
    return Number(held.timestamp ?? 0) >= Number(timestamp) ? [] : [[name, { ...held, token, timestamp }]]
  }
  return {
    get: <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) =>
      guarded(() => {
        const found: Record<string, SignalDataTypeMap[T]> = {}
        for (const id of ids) {
          const row = select.get(type, id)
          if (row) found[id] = JSON.parse(row.value, json.reviver)
        }
        return found
      }),
    set: (data: SignalDataSet) => {
      const mapped = guarded(() => session.transaction(() => write(data)))
      if (mapped) onMapping()
    },
    clear: () => {
      guarded(() => db.exec('DELETE FROM keys'))
    },
    loadCreds: () => {
      const row = loadCreds.get()
      return row ? JSON.parse(row.value, json.reviver) : undefined
    },
    keep: (mappings, tokens) => {
      const lids = new Map(mappings.map(({ pn, lid }) => [userOf(pn), userOf(lid)]))
      const data = {
        'lid-mapping': Object.fromEntries(
          [...lids].flatMap(([pn, lid]) => [
            [pn, lid],
            [`${lid}_reverse`, pn],
          ]),
        ),
        tctoken: Object.fromEntries(tokens.flatMap((token) => newer(token, lids))),
      }
      if (guarded(() => session.transaction(() => write(data)))) onMapping()
    },
    saveCreds: (creds) => {
      guarded(() => saveCreds.run(JSON.stringify(creds, json.replacer)))
    },
    wipe: () => {
      guarded(() => session.transaction(() => db.exec('DELETE FROM creds; DELETE FROM keys')))
    },
    untold: () => untold.all(),
    told: ({ pn, lid }) => {
      told.run(pn, lid)
    },
  }
}

/**
 * A sender key is JSON that Baileys writes in one way (bytes as arrays) and reads in another (as base64), so that the
 * keys of skipped group messages come back as objects and those messages can never be read. Here it gets its own form.
 */
function readable(value: unknown, json: Json): unknown {
  if (!(value instanceof Uint8Array)) return value
  return Buffer.from(JSON.stringify(JSON.parse(Buffer.from(value).toString()), json.replacer))
}

const userOf = (jid: string) => jid.replace(/[:@].*$/, '')

/** A journal entry in the shape of a key, for the transaction that also holds the ratchet's step. */
export function asKeyData(entry: JournalEntry): SignalDataSet {
  const data: Record<string, Record<string, JournalEntry>> = { [journalType]: { [entry.hash.toString('hex')]: entry } }
  return data
}
