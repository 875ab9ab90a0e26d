import { proto, type WAMessage } from '@whiskeysockets/baileys'
import { describe, expect, it } from 'vitest'
import { type MappingContext, messageName, toChange, toInbound } from './message.ts'

const context: MappingContext = {
  accountId: 1,
  me: { jid: '15550000001@s.whatsapp.net', lid: '900000001@lid' },
  receivedAt: 2_000_000_000_000,
  origin: 'live',
  isOwnMessage: (id) => id.startsWith('OURS'),
}
const make = (
  message: proto.IMessage | undefined,
  key: WAMessage['key'] = {},
  more: Partial<WAMessage> = {},
): WAMessage => ({
  key: { remoteJid: '900000011:3@lid', id: 'A1', fromMe: false, ...key },
  messageTimestamp: 1_999_999_999,
  ...(message ? { message } : {}),
  ...more,
})
const map = (message: proto.IMessage, key?: WAMessage['key']) => toInbound(make(message, key), context)
const { Type } = proto.Message.ProtocolMessage

describe('the text of', () => {
  it.each<[string, proto.IMessage, string | null, string]>([
    ['a plain message', { conversation: 'hi' }, 'hi', 'text'],
    ['a longer one', { extendedTextMessage: { text: 'hi' } }, 'hi', 'text'],
    ['a disappearing one', { ephemeralMessage: { message: { conversation: 'hi' } } }, 'hi', 'text'],
    ['a picture seen once', { viewOnceMessageV2: { message: { imageMessage: { caption: 'hi' } } } }, 'hi', 'image'],
    [
      'a file with caption',
      { documentWithCaptionMessage: { message: { documentMessage: { caption: 'hi' } } } },
      'hi',
      'document',
    ],
    ['a video', { videoMessage: { caption: 'hi' } }, 'hi', 'video'],
    ['a voice note', { audioMessage: { seconds: 3 } }, null, 'audio'],
    ['a sticker', { stickerMessage: {} }, null, 'sticker'],
    ['a button', { buttonsResponseMessage: { selectedDisplayText: 'Yes' } }, 'Yes', 'text'],
    ['a choice from a list', { listResponseMessage: { title: 'Two' } }, 'Two', 'text'],
    ['a reply to a template', { templateButtonReplyMessage: { selectedDisplayText: 'Ok' } }, 'Ok', 'text'],
    ['a place', { locationMessage: { name: 'Park' } }, 'Park', 'location'],
    ['a contact', { contactMessage: { displayName: 'Ben' } }, 'Ben', 'contact'],
    ['a poll', { pollCreationMessageV3: { name: 'When?' } }, 'When?', 'poll'],
    ['something new', { orderMessage: {} }, null, 'other'],
  ])('%s', (_name, message, text, kind) => {
    expect(map(message)).toMatchObject({ text, kind })
  })
})

it('keeps what a message quotes, reacts to and carries', () => {
  const quoted = { extendedTextMessage: { text: 'yes', contextInfo: { stanzaId: 'Q1' } } }
  expect(map(quoted)).toMatchObject({ quotedId: 'Q1' })
  expect(map({ reactionMessage: { text: '👍', key: { id: 'R1' } } })).toMatchObject({
    kind: 'reaction',
    text: '👍',
    quotedId: 'R1',
  })
  const picture = { imageMessage: { mimetype: 'image/jpeg', fileLength: 1234, width: 3, height: 4 } }
  expect(map(picture)?.media).toEqual({ mimetype: 'image/jpeg', bytes: 1234, width: 3, height: 4 })
  const raw = map(quoted)?.raw
  expect(raw && proto.WebMessageInfo.decode(raw).message?.extendedTextMessage?.text).toBe('yes')
})

it('takes keys, settings and votes for no message', () => {
  const silent: proto.IMessage[] = [
    { senderKeyDistributionMessage: {} },
    { protocolMessage: { type: Type.EPHEMERAL_SETTING } },
    { pollUpdateMessage: {} },
    {},
  ]
  for (const message of silent) expect(map(message)).toBeUndefined()
  expect(toInbound(make(undefined), context)).toBeUndefined()
})

it('tells what could not be read, and not when a part of it could', () => {
  const stub = { messageStubType: proto.WebMessageInfo.StubType.CIPHERTEXT }
  expect(toInbound(make(undefined, {}, stub), context)).toMatchObject({ kind: 'undecryptable', text: null })
})

it('says who wrote where', () => {
  const pn = '15550000011@s.whatsapp.net'
  expect(map({ conversation: 'a' }, { remoteJidAlt: pn })).toMatchObject({
    chatJid: '900000011@lid',
    chatAltJid: pn,
    senderJid: '',
  })
  const group = { remoteJid: '12036@g.us', participant: pn, participantAlt: '900000011:2@lid' }
  expect(map({ conversation: 'a' }, group)).toMatchObject({ senderJid: '900000011@lid', senderAltJid: pn })
})

it('flags an own message of another device, and never takes our number for the chat', () => {
  const own = { fromMe: true, remoteJidAlt: context.me.jid }
  const inbound = map({ conversation: 'a' }, own)
  expect(inbound).toMatchObject({ senderJid: 'me', fromOtherDevice: true })
  expect(inbound?.chatAltJid).toBeUndefined()
  expect(map({ conversation: 'a' }, { ...own, id: 'OURS1' })).toMatchObject({ fromOtherDevice: false })
})

it('knows edits and deletions', () => {
  const edit = { type: Type.MESSAGE_EDIT, key: { id: 'E1' }, editedMessage: { conversation: 'new' } }
  expect(toChange(make({ protocolMessage: edit }))).toEqual({ messageId: 'E1', text: 'new' })
  expect(toChange(make({ editedMessage: { message: { protocolMessage: edit } } }))).toEqual({
    messageId: 'E1',
    text: 'new',
  })
  expect(toChange(make({ protocolMessage: { type: Type.REVOKE, key: { id: 'D1' } } }))).toEqual({
    messageId: 'D1',
    text: null,
  })
  expect(toChange(make({ conversation: 'x' }))).toBeUndefined()
})

it('names a message alike however its addresses are written', () => {
  const key = { remoteJid: '900000011:3@lid', id: 'A1', fromMe: false }
  expect(messageName(key)).toBe(messageName({ ...key, remoteJid: '900000011@lid', participant: '' }))
  expect(messageName(key)).not.toBe(messageName({ ...key, fromMe: true }))
})
