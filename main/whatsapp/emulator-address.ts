export type ServerKind = 'emulator' | 'real'

export type Server = { kind: ServerKind; url?: string } | { refused: string }

/**
 * Decides which server a session.db may talk to. Baileys does not verify who answers (TLS does that), so a custom
 * address is honoured on this machine only, and never for a file that held an account of the other kind: a real
 * account's keys must not reach an emulator, nor an emulator's the real WhatsApp.
 */
export function chooseServer(emulatorUrl: string | undefined, held: ServerKind | undefined): Server {
  if (emulatorUrl === undefined) {
    return held === 'emulator'
      ? {
          refused:
            'This data directory was linked to an emulator, so it never connects to the real WhatsApp. Use another data directory.',
        }
      : { kind: 'real' }
  }
  if (!isLoopback(emulatorUrl)) {
    return { refused: 'The emulator must run on this machine (ws://127.0.0.1:PORT). Another address is never used.' }
  }
  return held === 'real'
    ? {
        refused:
          'This data directory held a real account, so it never connects to an emulator. Use another data directory.',
      }
    : { kind: 'emulator', url: emulatorUrl }
}

export function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, username, password } = new URL(address)
  if ((protocol !== 'ws:' && protocol !== 'wss:') || username !== '' || password !== '') return false
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
}
