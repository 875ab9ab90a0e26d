/** A message as the store takes it, however it arrived: live, queued while offline, from history, or our own echo. */
export interface InboundMessage {
  accountId: number
  /** The chat's JID as received, device part removed. */
  chatJid: string
  /** The other form of the same chat (phone JID for a LID, or the reverse) where the stanza carried it. */
  chatAltJid?: string
  chatName?: string
  messageId: string
  /** '' in a chat of two: the other one; 'me': this account; in groups the sender, LID where known. */
  senderJid: string
  senderAltJid?: string
  senderName?: string
  fromMe: boolean
  /** For own messages: true where another device of this account wrote it (phone, WhatsApp Web, a second bot). */
  fromOtherDevice?: boolean
  /** ms since 1970, server's clock. */
  sentAt: number
  receivedAt: number
  origin: 'live' | 'offline' | 'history' | 'own'
  kind: MessageKind
  text: string | null
  quotedId?: string
  media?: MediaFacts
  /** proto.WebMessageInfo, encoded. */
  raw?: Uint8Array
}

export type MessageKind =
  | 'text'
  | 'image'
  | 'audio'
  | 'video'
  | 'document'
  | 'sticker'
  | 'location'
  | 'contact'
  | 'reaction'
  | 'poll'
  | 'undecryptable'
  | 'other'

export interface MediaFacts {
  mimetype?: string
  bytes?: number
  seconds?: number
  width?: number
  height?: number
}
