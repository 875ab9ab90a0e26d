import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import type { Logger } from 'pino'
import { AuditEntry } from '../../preload/contract/audit.ts'
import { masked } from '../config/log.ts'

/** A full file moves aside; with the older ones at most 8 MB are kept. */
const MAX_BYTES = 2 * 1024 * 1024
const FILES = 4
/** A longer name or code is cut. */
const MAX_TEXT = 200
const MAX_DETAILS = 12

export type AuditEvent = Pick<AuditEntry, 'action'> & Partial<Omit<AuditEntry, 'action' | 'at'>>

export interface AuditLog {
  /** Writes one entry to the disk before it returns. An entry that cannot be written is reported in the log; the act goes on. */
  record(event: AuditEvent): void
  /** Newest first. Lines that cannot be read are left out. */
  list(query: { limit: number; action?: AuditEntry['action'] | undefined }): AuditEntry[]
}

/**
 * The record of what was done to the program and its data: `audit.log` in the data directory, one JSON object a line, mode 0600.
 * It holds names of settings, files and codes; no message text and no secret.
 */
export function createAuditLog(options: {
  path: string
  now(): number
  log: Pick<Logger, 'error'>
  /** An entry was written. */
  onRecord?(): void
}): AuditLog {
  const { path, now, log } = options
  const numbered = (number: number) => (number === 0 ? path : `${path}.${number}`)

  const rotate = () => {
    for (let number = FILES - 1; number > 0; number--) {
      if (existsSync(numbered(number - 1))) renameSync(numbered(number - 1), numbered(number))
    }
  }

  return {
    record(event) {
      const entry: AuditEntry = {
        at: now(),
        action: event.action,
        outcome: event.outcome ?? 'done',
        by: event.by ?? 'program',
        address: event.address ?? null,
        detail: bounded(event.detail ?? {}),
      }
      try {
        const line = `${JSON.stringify(entry)}\n`
        if (existsSync(path) && statSync(path).size + line.length > MAX_BYTES) rotate()
        const descriptor = openSync(path, 'a', 0o600)
        try {
          writeSync(descriptor, line)
          fsyncSync(descriptor)
        } finally {
          closeSync(descriptor)
        }
      } catch (cause) {
        log.error({ err: cause, action: event.action }, 'the audit log could not be written')
        return
      }
      options.onRecord?.()
    },
    list({ limit, action }) {
      const entries: AuditEntry[] = []
      for (let number = 0; number < FILES && entries.length < limit; number++) {
        for (const entry of entriesOf(numbered(number)).reverse()) {
          if (action !== undefined && entry.action !== action) continue
          entries.push(entry)
          if (entries.length === limit) break
        }
      }
      return entries
    },
  }
}

function entriesOf(file: string): AuditEntry[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const parsed = AuditEntry.safeParse(parsedLine(line))
      return parsed.success ? [parsed.data] : []
    })
}

function parsedLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // A line that a crash cut off, or an empty one: the others still count.
    return undefined
  }
}

const cut = (text: string) => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text)

/** Names come from outside as well: one line each, not too long, and no address of a person. */
function bounded(detail: AuditEntry['detail']): AuditEntry['detail'] {
  return Object.fromEntries(
    Object.entries(detail)
      .slice(0, MAX_DETAILS)
      .map(([name, value]) => [
        name,
        typeof value === 'string' ? cut(masked(value.replaceAll(/\p{Cc}+/gu, ' '))) : value,
      ]),
  )
}
