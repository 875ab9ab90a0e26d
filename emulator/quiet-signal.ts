/** libsignal prints whole sessions, keys included, through these. */
const PRINTED =
  /^(Closing session|Opening session|Removing old closed session|Session already|Failed to decrypt|Decrypted message with closed|V1 session|Unhandled bucket|Session error)/
const METHODS = ['log', 'info', 'warn', 'error'] as const

/**
 * Keeps libsignal's chatter about the emulated phones out of the output. It ships no switch, so the console's methods are wrapped
 * while an emulator lives; everything else passes through. Returns what undoes it.
 */
export function quietSignal(): () => void {
  const wrapped = METHODS.map((method) => {
    const original = console[method]
    const filtered = (...args: unknown[]) => {
      if (typeof args[0] === 'string' && PRINTED.test(args[0])) return
      original(...args)
    }
    console[method] = filtered
    return { method, original, filtered }
  })
  return () => {
    for (const { method, original, filtered } of wrapped) {
      // Somebody may have wrapped it again since: theirs stays.
      if (console[method] === filtered) console[method] = original
    }
  }
}
