import { isLidUser, jidNormalizedUser, type WASocket } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import type { Outbound, OutboundText } from '../ports.ts'
import type { InboundMessage } from '../store/inbound.ts'
import { notConnected } from './errors.ts'
import { toInbound } from './message.ts'
import { buildText } from './outgoing.ts'
import { preparePrivacyToken } from './privacy-token.ts'

export interface SendingDeps {
  log: Logger
  serverNow(): number
  accountId(): number | undefined
  onMessages(batch: InboundMessage[]): void
}

/**
 * Resolves when the bytes are on the wire. The id is the caller's: sent again, recipients drop it. Own messages are not
 * echoed to the device that sent them, so the store is told here.
 */
export async function sendText(sock: WASocket, text: OutboundText, deps: SendingDeps): Promise<void> {
  const me = sock.user
  const accountId = deps.accountId()
  if (!me || accountId === undefined) throw notConnected()
  const jid = await addressOf(sock, text.chatJid)
  const sent = { chatJid: jid, text: text.text, ...(text.quoted ? { quoted: text.quoted } : {}) }
  const full = buildText(sent, { userJid: identityFor(sock, jid), messageId: text.waMessageId, chatJid: jid })
  if (!full.message) throw new Error('A text message came out empty.')
  const issueToken = await preparePrivacyToken(sock, jid, Math.floor(deps.serverNow() / 1000))
  await sock.relayMessage(jid, full.message, { messageId: text.waMessageId })
  issueToken().catch(() => deps.log.debug('a privacy token was not issued; the next message tries again'))
  echo({ ...full, key: { ...full.key, remoteJid: jidNormalizedUser(text.chatJid), remoteJidAlt: jid } })

  function echo(message: Parameters<typeof toInbound>[0]) {
    const context = {
      accountId: accountId ?? 0,
      me: { jid: jidNormalizedUser(me?.id), ...(me?.lid ? { lid: jidNormalizedUser(me.lid) } : {}) },
      receivedAt: deps.serverNow(),
      origin: 'live' as const,
      isOwnMessage: () => true,
      recipientAlt: jid,
    }
    const inbound = toInbound(message, context)
    if (!inbound) return
    try {
      deps.onMessages([{ ...inbound, origin: 'own', sentAt: deps.serverNow() }])
    } catch (error) {
      deps.log.error({ err: error instanceof Error ? error.name : '' }, 'an own message is missing in the history')
    }
  }
}

/** Sessions belong to LIDs, so that is the address wherever it is known. */
export async function addressOf(sock: WASocket, chatJid: string): Promise<string> {
  if (!chatJid.endsWith('@s.whatsapp.net')) return chatJid
  const lid = await sock.signalRepository.lidMapping.getLIDForPN(chatJid)
  return lid ? jidNormalizedUser(lid) : chatJid
}

/** How the account is called in that chat. */
export function identityFor(sock: WASocket, jid: string): string {
  const me = sock.user
  return jidNormalizedUser((isLidUser(jid) || jid.endsWith('@g.us') ? me?.lid : undefined) ?? me?.id ?? '')
}

export type AckListener = Parameters<Outbound['onAck']>[0]
