import {
  extractMessageContent,
  isJidGroup,
  isLidUser,
  jidNormalizedUser,
  normalizeMessageContent,
  proto,
  type WAMessage,
  type WAMessageKey,
} from '@whiskeysockets/baileys'
import type { InboundMessage, MediaFacts, MessageKind } from '../store/inbound.ts'
import { oneLine } from '../text/one-line.ts'

/** What the mapping cannot read from the message itself. */
export interface MappingContext {
  accountId: number
  /** This account, device parts removed. */
  me: { jid: string; lid?: string }
  /** ms, server's clock. */
  receivedAt: number
  origin: 'live' | 'offline' | 'history'
  isOwnMessage(messageId: string): boolean
  /** The other form of the recipient of our own message, which Baileys drops from the stanza. */
  recipientAlt?: string
}

type Content = proto.IMessage

/** Names a message among all messages of all chats, whichever path it took. */
export function messageName(key: WAMessageKey): string {
  const participant = key.participant ? jidNormalizedUser(key.participant) : ''
  return [jidNormalizedUser(key.remoteJid ?? ''), key.id ?? '', key.fromMe ? 'me' : participant].join(' ')
}

/** Baileys' message as the store takes it; undefined for what is no message (keys, settings, votes, notices). */
export function toInbound(message: WAMessage, context: MappingContext): InboundMessage | undefined {
  const { key } = message
  if (!key.remoteJid || !key.id) return undefined
  const body = bodyOf(message)
  if (!body) return undefined
  const fromMe = key.fromMe === true
  const chatJid = jidNormalizedUser(key.remoteJid)
  const chatAltJid = chatAlt(key, context)
  const raw = encode(message)
  return {
    accountId: context.accountId,
    chatJid,
    ...(chatAltJid ? { chatAltJid } : {}),
    messageId: key.id,
    ...senderOf(message, chatJid, fromMe),
    fromMe,
    ...(fromMe ? { fromOtherDevice: !context.isOwnMessage(key.id) } : {}),
    sentAt: seconds(message.messageTimestamp) * 1000 || context.receivedAt,
    receivedAt: context.receivedAt,
    origin: context.origin,
    ...body,
    ...(raw ? { raw } : {}),
  }
}

function senderOf(message: WAMessage, chatJid: string, fromMe: boolean) {
  const senderName = message.pushName ? { senderName: message.pushName } : {}
  if (fromMe) return { senderJid: 'me' }
  if (!isJidGroup(chatJid)) return { senderJid: '', ...senderName }
  const forms = [message.key.participant ?? message.participant, message.key.participantAlt]
    .filter((jid) => typeof jid === 'string' && jid !== '')
    .map((jid) => jidNormalizedUser(jid ?? ''))
  const senderJid = forms.find((jid) => isLidUser(jid)) ?? forms[0] ?? ''
  const senderAltJid = forms.find((jid) => jid !== senderJid)
  return { senderJid, ...(senderAltJid ? { senderAltJid } : {}), ...senderName }
}

function chatAlt(key: WAMessageKey, { me, recipientAlt }: MappingContext): string | undefined {
  if (isJidGroup(key.remoteJid ?? '')) return undefined
  // For our own messages Baileys puts our own number here, which is not the chat's.
  const alt = jidNormalizedUser((key.fromMe ? recipientAlt : undefined) ?? key.remoteJidAlt ?? '')
  const chat = jidNormalizedUser(key.remoteJid ?? '')
  if (!alt || alt === chat) return undefined
  if (key.fromMe && (alt === me.jid || alt === me.lid) && chat !== me.jid && chat !== me.lid) return undefined
  return alt
}

type Body = Pick<InboundMessage, 'kind' | 'text'> & { quotedId?: string; media?: MediaFacts }

function bodyOf(message: WAMessage): Body | undefined {
  const unreadable = message.messageStubType === proto.WebMessageInfo.StubType.CIPHERTEXT
  const content = extractMessageContent(message.message)
  if (!content) return unreadable ? { kind: 'undecryptable', text: null } : undefined
  if (content.protocolMessage || content.pollUpdateMessage) return undefined
  const found = describe(content)
  if (!found) return unreadable ? { kind: 'undecryptable', text: null } : undefined
  const quotedId = found.quotedId ?? contextOf(content)?.stanzaId
  const { kind, text, media } = found
  return { kind, text: text || null, ...(quotedId ? { quotedId } : {}), ...(media ? { media } : {}) }
}

interface Described {
  kind: MessageKind
  text?: string | null | undefined
  quotedId?: string | null | undefined
  media?: MediaFacts
}

function describe(content: Content): Described | undefined {
  if (typeof content.conversation === 'string' && content.conversation !== '') return text(content.conversation)
  if (content.extendedTextMessage) return text(content.extendedTextMessage.text)
  if (content.imageMessage) return media('image', content.imageMessage, content.imageMessage.caption)
  const video = content.videoMessage ?? content.ptvMessage
  if (video) return media('video', video, video.caption)
  if (content.audioMessage) return media('audio', content.audioMessage)
  if (content.documentMessage) {
    return media(
      'document',
      content.documentMessage,
      content.documentMessage.caption || oneLine(content.documentMessage.fileName ?? ''),
    )
  }
  if (content.stickerMessage) return media('sticker', content.stickerMessage)
  if (content.lottieStickerMessage) return { kind: 'sticker' }
  const place = content.locationMessage
  if (place) return { kind: 'location', text: place.name || place.address }
  if (content.liveLocationMessage) return { kind: 'location', text: content.liveLocationMessage.caption }
  if (content.contactMessage) return { kind: 'contact', text: content.contactMessage.displayName }
  if (content.contactsArrayMessage) return { kind: 'contact', text: content.contactsArrayMessage.displayName }
  if (content.reactionMessage) {
    return { kind: 'reaction', text: content.reactionMessage.text, quotedId: content.reactionMessage.key?.id }
  }
  const poll = content.pollCreationMessage ?? content.pollCreationMessageV2 ?? content.pollCreationMessageV3
  if (poll) return { kind: 'poll', text: poll.name }
  return reply(content) ?? (hasContent(content) ? { kind: 'other' } : undefined)
}

/** What a person chose on a button or in a list reads like what they wrote. */
function reply(content: Content): Described | undefined {
  if (content.buttonsResponseMessage) {
    return text(content.buttonsResponseMessage.selectedDisplayText || content.buttonsResponseMessage.selectedButtonId)
  }
  if (content.listResponseMessage) {
    const { title, singleSelectReply } = content.listResponseMessage
    return text(title || singleSelectReply?.selectedRowId)
  }
  if (content.templateButtonReplyMessage) return text(content.templateButtonReplyMessage.selectedDisplayText)
  if (content.interactiveResponseMessage) return text(content.interactiveResponseMessage.body?.text)
  if (content.interactiveMessage) return text(content.interactiveMessage.body?.text)
  if (content.listMessage) return text(content.listMessage.description || content.listMessage.title)
  if (content.groupInviteMessage)
    return text(content.groupInviteMessage.caption || content.groupInviteMessage.groupName)
  if (content.eventMessage) return { kind: 'other', text: content.eventMessage.name }
  return undefined
}

const text = (value: string | null | undefined): Described => ({ kind: 'text', text: value })

interface AnyMedia {
  mimetype?: string | null
  fileLength?: number | Long | null
  seconds?: number | null
  width?: number | null
  height?: number | null
}
type Long = { toNumber(): number }

function media(kind: MessageKind, facts: AnyMedia, caption?: string | null): Described {
  const bytes = seconds(facts.fileLength)
  return {
    kind,
    text: caption,
    media: {
      ...(facts.mimetype ? { mimetype: facts.mimetype } : {}),
      ...(bytes ? { bytes } : {}),
      ...(facts.seconds ? { seconds: facts.seconds } : {}),
      ...(facts.width ? { width: facts.width } : {}),
      ...(facts.height ? { height: facts.height } : {}),
    },
  }
}

// Keys and housekeeping that ride along with a message, or alone.
const notContent = new Set(['senderKeyDistributionMessage', 'messageContextInfo', 'conversation'])

function hasContent(content: Content): boolean {
  return Object.entries(content).some(([name, value]) => value !== null && value !== undefined && !notContent.has(name))
}

function contextOf(content: Content): proto.IContextInfo | undefined {
  for (const value of Object.values(content)) {
    if (typeof value !== 'object' || value === null || !('contextInfo' in value)) continue
    if (value.contextInfo) return value.contextInfo
  }
  return undefined
}

/** The message as protobuf, for quoting it and fetching its media later. */
function encode(message: WAMessage): Uint8Array | undefined {
  if (!message.message) return undefined
  return proto.WebMessageInfo.encode(proto.WebMessageInfo.fromObject(message)).finish()
}

/** Protobuf numbers arrive as numbers or as Long. */
export function seconds(value: number | Long | null | undefined): number {
  if (typeof value === 'number') return value
  return value?.toNumber() ?? 0
}

export interface Change {
  messageId: string
  text: string | null
}

/** An edit or a deletion of an earlier message. */
export function toChange(message: WAMessage): Change | undefined {
  const content = normalizeMessageContent(message.message)?.protocolMessage
  const messageId = content?.key?.id
  if (!content || !messageId) return undefined
  const { Type } = proto.Message.ProtocolMessage
  if (content.type === Type.REVOKE) return { messageId, text: null }
  if (content.type !== Type.MESSAGE_EDIT || !content.editedMessage) return undefined
  const edited = extractMessageContent(content.editedMessage)
  const described = edited ? describe(edited) : undefined
  return described?.text ? { messageId, text: described.text } : undefined
}
