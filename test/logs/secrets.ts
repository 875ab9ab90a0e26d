import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** What no log may hold, and of which kind it is. */
export interface Secret {
  kind: 'key' | 'token' | 'number' | 'text'
  value: string
}

/** Shorter words are part of many a sentence, shorter numbers of many a number. */
const SHORTEST = { token: 8, number: 8, text: 10 }
const KEY_BYTES = 16

/** Everything secret that a program under test knew, by what was kept of it (see emulator/demo/log-evidence.ts). */
export function secretsOf(folder: string): Secret[] {
  const told: string[] = JSON.parse(readFileSync(join(folder, 'secrets.json'), 'utf8'))
  const secrets: Secret[] = [
    ...told.filter((value) => value.length >= SHORTEST.token).map((value) => ({ kind: 'token' as const, value })),
    ...rowsOf(join(folder, 'session.db'), ['SELECT value FROM creds', 'SELECT value FROM keys'])
      .flatMap((json) => keysIn(parsed(json)))
      .flatMap(formsOf)
      .map((value) => ({ kind: 'key' as const, value })),
    ...rowsOf(join(folder, 'messages.db'), [
      'SELECT chat_jid FROM chats',
      'SELECT jid FROM chat_aliases',
      'SELECT sender_jid FROM messages',
      'SELECT jid FROM accounts',
      'SELECT lid FROM accounts',
    ]).flatMap((jid) => {
      const value = jid.replace(/[:@].*$/, '')
      return /^\d+$/.test(value) && value.length >= SHORTEST.number ? { kind: 'number' as const, value } : []
    }),
    ...rowsOf(join(folder, 'messages.db'), [
      'SELECT text FROM messages',
      'SELECT response_text FROM processed_messages',
      'SELECT body FROM outbox',
    ])
      .map((text) => text.trim())
      .filter((text) => text.length >= SHORTEST.text)
      .map((value) => ({ kind: 'text' as const, value })),
  ]
  return [...new Map(secrets.map((secret) => [secret.value, secret])).values()]
}

/** A file that a test has damaged tells nothing. */
function rowsOf(path: string, queries: string[]): string[] {
  if (!existsSync(path)) return []
  const rows: string[] = []
  for (const query of queries) {
    try {
      const db = new Database(path)
      try {
        rows.push(
          ...db
            .prepare<[], string | null>(query)
            .pluck()
            .all()
            .filter((value) => typeof value === 'string'),
        )
      } finally {
        db.close()
      }
    } catch {
      // Its logs are still checked for what the rest tells.
    }
  }
  return rows
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/**
 * Every run of 16 bytes or more anywhere in credentials and Signal keys: identity, pre-keys, noise key, the secret of the QR code, root and chain
 * keys of sessions, sender keys. What is public is among it; it has no business in a log either.
 */
export function keysIn(value: unknown): Buffer[] {
  if (typeof value === 'string') {
    const bytes = /^[A-Za-z0-9+/]{22,}={0,2}$/.test(value) ? Buffer.from(value, 'base64') : Buffer.alloc(0)
    // A sender key is JSON inside of bytes.
    const inner = bytes[0] === 0x5b || bytes[0] === 0x7b ? parsed(bytes.toString()) : undefined
    if (inner !== undefined) return keysIn(inner)
    return bytes.length >= KEY_BYTES ? [bytes] : []
  }
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value) && value.length >= KEY_BYTES && value.every((one) => isByte(one))) {
    return [Buffer.from(value)]
  }
  // The names of sessions and chains are keys, too.
  return Object.entries(value).flatMap(([name, one]) => [...keysIn(name), ...keysIn(one)])
}
const isByte = (one: unknown) => typeof one === 'number' && Number.isInteger(one) && one >= 0 && one < 256

/** The ways in which bytes get into a log: hex, base64 and base64url without padding, JSON's array, and what `console.log` shows of a Buffer. */
export function formsOf(bytes: Buffer): string[] {
  const hex = bytes.toString('hex')
  return [
    hex,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.join(','),
    (hex.slice(0, 2 * KEY_BYTES).match(/../g) ?? []).join(' '),
  ]
}
