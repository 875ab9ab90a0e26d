import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { printableJson } from './printable.ts'

export interface LogEntry {
  at: number
  level: string
  message: string
  scope: string
}
export interface ProgramLog {
  logger: Logger
  /** The newest lines, newest last. */
  recent(limit: number): LogEntry[]
  folder: string
}

const MAX_BYTES = 2_000_000
const FILES = 5
const RING = 1000

/**
 * A log of what happened and never of what was said. Nothing logs message texts, numbers or keys; as the last line of defence addresses and
 * long digit runs are masked in whatever an error of a library might carry. Five files of 2 MB at most, 0600.
 */
export function createLog(folder: string, level: string, echo?: (line: string) => void): ProgramLog {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'whatslang.log')
  let descriptor = openSync(file, 'a', 0o600)
  let bytes = statSync(file).size
  const ring: LogEntry[] = []

  const rotate = () => {
    closeSync(descriptor)
    for (let number = FILES - 1; number > 0; number--) {
      const from = number === 1 ? file : join(folder, `whatslang.${number - 1}.log`)
      if (existsSync(from)) renameSync(from, join(folder, `whatslang.${number}.log`))
    }
    descriptor = openSync(file, 'a', 0o600)
    bytes = 0
  }
  const stream = {
    write(raw: string) {
      const line = printableJson(masked(raw))
      try {
        if (bytes + line.length > MAX_BYTES) rotate()
        bytes += writeSync(descriptor, line)
      } catch {
        // A full disk must not stop the bot because of its log; the ring below still has the line.
      }
      remember(ring, line)
      echo?.(line)
    },
  }
  const logger = pino(
    {
      level,
      base: null,
      serializers: { err: serializedError },
      redact: [
        '*.text',
        '*.body',
        '*.token',
        '*.key',
        '*.jid',
        '*.phone',
        '*.passphrase',
        'text',
        'body',
        'token',
        'key',
        'jid',
        'phone',
        'passphrase',
      ],
    },
    stream,
  )
  return { logger, folder, recent: (limit) => ring.slice(-limit) }
}

/** Addresses of people and groups, and digit runs as long as a phone number outside of times. */
export function masked(line: string): string {
  return line
    .replace(/\d{5,}(?:[.:_-]\d+)*@(?:s\.whatsapp\.net|c\.us|g\.us|lid|broadcast|newsletter)/g, '[address]')
    .replace(/\+\d[\d ().-]{6,}\d/g, '[number]')
}

/** Name, code and message of an error with its causes; the stack without the message, which may quote what was received. */
function serializedError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const frames = error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
  return {
    type: error.name,
    ...code,
    message: error.message.slice(0, 300),
    at: frames?.map((frame) => frame.trim()),
    ...(error.cause === undefined ? {} : { cause: serializedError(error.cause) }),
  }
}

const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}

function remember(ring: LogEntry[], line: string): void {
  const parsed = JSON.parse(line) as { time?: number; level?: number; msg?: string; scope?: string }
  ring.push({
    at: parsed.time ?? 0,
    level: LEVELS[parsed.level ?? 30] ?? 'info',
    message: parsed.msg ?? '',
    scope: parsed.scope ?? '',
  })
  if (ring.length > RING) ring.splice(0, ring.length - RING)
}

/** For what happens before the log is there, or after it is gone. */
export function appendCrash(folder: string, error: unknown): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const entry = {
    time: Date.now(),
    level: 60,
    err: serializedError(error),
    msg: 'the program stopped on an unexpected error',
  }
  appendFileSync(join(folder, 'whatslang.log'), printableJson(masked(`${JSON.stringify(entry)}\n`)), { mode: 0o600 })
}
