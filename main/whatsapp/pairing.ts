import { randomBytes } from 'node:crypto'
import type { BinaryNode, WASocket } from '@whiskeysockets/baileys'

export interface PairingEvents {
  onQr(qr: string, expiresAfter: number, refreshed: boolean): void
  /** The server wants this account's owner to confirm with a passkey, which only the official clients can. */
  onPasskey(): void
  onRefusal(): void
}

/**
 * Follows the linking of a new device on one socket.
 *
 * After a scan the server may send `companion_reg_refresh`: the secret inside the QR code is to be replaced, the
 * notification acknowledged, and a new code shown. Baileys took the secret when it began and cannot acknowledge before
 * the login, so both are done here, in the codes that it goes on to emit as well (Baileys issue 2737).
 */
export function followPairing(sock: WASocket, events: PairingEvents, qrTimeout: number | undefined) {
  let original: string | undefined
  let latest: string | undefined
  let refreshed = false
  let shown = 0
  let until = 0

  const show = () => {
    if (latest === undefined || original === undefined) return
    const fields = latest.replace(original, sock.authState.creds.advSecretKey)
    events.onQr(fields, Math.max(0, until - Date.now()), refreshed)
  }
  const rotate = async (node: BinaryNode) => {
    if (sock.authState.creds.me) return
    const { id = '', from = '', type = '' } = node.attrs
    sock.authState.creds.advSecretKey = randomBytes(32).toString('base64')
    sock.ev.emit('creds.update', { advSecretKey: sock.authState.creds.advSecretKey })
    refreshed = true
    await sock.sendNode({ tag: 'ack', attrs: { id, to: from, class: 'notification', type } })
    show()
  }

  sock.ev.on('connection.update', ({ qr }) => {
    if (qr === undefined) return
    original ??= qr.split(',').at(3)
    latest = qr
    until = Date.now() + (qrTimeout ?? (shown === 0 ? 60_000 : 20_000))
    shown += 1
    show()
  })
  sock.ws.on('CB:notification,type:companion_reg_refresh', (node: BinaryNode) => {
    rotate(node).catch(() => events.onRefusal())
  })
  sock.ws.on('CB:notification,type:passkey_prologue_request', () => events.onPasskey())
}

/**
 * Asks for a code to type on the phone. Baileys invents the code before the server has agreed, so the answer is awaited.
 * Resolves with undefined where the server refused.
 */
export async function askForCode(sock: WASocket, digits: string, limit: number): Promise<string | undefined> {
  const { promise: answer, resolve } = Promise.withResolvers<boolean>()
  const refused = () => resolve(false)
  const agreed = () => resolve(true)
  const timer = setTimeout(agreed, limit)
  sock.ws.on('CB:iq,type:error', refused)
  sock.ws.on('CB:iq,type:result', agreed)
  try {
    const code = await sock.requestPairingCode(digits)
    return (await answer) ? code : undefined
  } finally {
    clearTimeout(timer)
    sock.ws.off('CB:iq,type:error', refused)
    sock.ws.off('CB:iq,type:result', agreed)
  }
}
