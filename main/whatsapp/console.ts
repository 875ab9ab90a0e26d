import { format } from 'node:util'

// libsignal tells its life on the console, whole sessions with private keys included (session_record.js).
const chatter =
  /^(Closing|Opening) (stale )?(open )?session|^Session (already|error)|^Removing old closed|^Migrating session|^V1 session|^Failed to decrypt|^Decrypted message with|^Unhandled bucket|^WARNING: Expected pubkey/
const methods = ['debug', 'info', 'log', 'warn', 'error', 'trace', 'dir'] as const
const tamed = Symbol.for('whatslang.console')

/**
 * Must run before libsignal loads. Afterwards the console prints text and numbers only: what libsignal says is dropped,
 * and an object is named, never shown. Returns what undoes it.
 */
export function tameConsole(target: Console = console): () => void {
  if (tamed in target) return () => undefined
  Object.defineProperty(target, tamed, { value: true, configurable: true })
  const originals = methods.map((method) => [method, target[method]] as const)
  for (const [method, original] of originals) {
    target[method] = (...args: unknown[]) => {
      if (typeof args[0] === 'string' && chatter.test(args[0])) return
      original.call(target, format(...args.map(printable)))
    }
  }
  return () => {
    for (const [method, original] of originals) target[method] = original
    Reflect.deleteProperty(target, tamed)
  }
}

function printable(value: unknown): unknown {
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (typeof value === 'object' && value !== null) return `[${value.constructor?.name ?? 'object'}]`
  return typeof value === 'function' ? '[function]' : value
}
