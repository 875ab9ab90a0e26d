import type { ILogger } from '@whiskeysockets/baileys/lib/Utils/logger.js'
import type { Logger } from 'pino'

/**
 * What Baileys logs carries numbers, ids and whole stanzas. Of it only warnings and errors get through: the sentence
 * with everything that could name somebody taken out, and the error's name and status.
 */
export function createBaileysLog(log: Logger): ILogger {
  const write = (level: 'warn' | 'error', subject: unknown, text?: string) => {
    const message = redact(text ?? (typeof subject === 'string' ? subject : ''))
    log[level]({ from: 'baileys', ...errorFacts(subject) }, message)
  }
  const ignore = () => undefined
  const adapter: ILogger = {
    level: 'warn',
    child: () => adapter,
    trace: ignore,
    debug: ignore,
    info: ignore,
    warn: (subject, text) => write('warn', subject, text),
    error: (subject, text) => write('error', subject, text),
  }
  return adapter
}

/** Takes out whatever could be a number, an address, an id or a key. */
export function redact(text: string): string {
  return text
    .replace(/\S*@\S*/g, '[withheld]')
    .replace(/[A-Za-z0-9+/_=-]{20,}/g, '[withheld]')
    .replace(/\S*\d{5,}\S*/g, '[withheld]')
    .slice(0, 300)
}

function errorFacts(subject: unknown): { error?: string; status?: number } {
  if (typeof subject !== 'object' || subject === null) return {}
  for (const value of [subject, ...Object.values(subject)]) {
    if (!(value instanceof Error)) continue
    const status = statusOf(value)
    return { error: redact(`${value.name}: ${value.message}`), ...(status === undefined ? {} : { status }) }
  }
  return {}
}

/** The status that Baileys put into a Boom error. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('output' in error)) return undefined
  const { output } = error
  if (typeof output !== 'object' || output === null || !('statusCode' in output)) return undefined
  return typeof output.statusCode === 'number' ? output.statusCode : undefined
}
