import { generateWAMessageFromContent, proto, type WAMessage } from '@whiskeysockets/baileys'
import type { SentText } from './types.ts'

/** The message as it goes out, quoting in full: the recipient's phone need not have the original any more. */
export function buildText(sent: SentText, options: { userJid: string; messageId: string; chatJid: string }): WAMessage {
  const quoted = sent.quoted ? decode(sent.quoted) : undefined
  return generateWAMessageFromContent(
    options.chatJid,
    { extendedTextMessage: { text: sent.text } },
    { userJid: options.userJid, messageId: options.messageId, ...(quoted ? { quoted } : {}) },
  )
}

export function decode(raw: Uint8Array): WAMessage | undefined {
  const { key, message, participant } = proto.WebMessageInfo.decode(raw)
  return key && message ? { key, message, ...(participant ? { participant } : {}) } : undefined
}
