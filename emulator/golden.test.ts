import { type BinaryNode, decodeBinaryNode, encodeBinaryNode } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'

/**
 * Both ends of the emulator share Baileys' codec, so a mistake in it would cancel itself out. These frames were written down by
 * hand from the format instead:
 *
 *     00         not compressed            F8 n  a list of n       FC n  n bytes         FD nnn  up to 2^20 bytes
 *     FF n ..    n bytes of packed digits, '-' = A, '.' = B; n + 80 where the last nibble is filler (F)
 *     FB n ..    the same of hexadecimal digits
 *     FA u s     JID of user and server    F7 d n u  JID with device n; d = 0: phone, 1: LID
 *     01 to EB   a word of the short table: 03 s.whatsapp.net, 04 type, 05 participant, 06 from, 07 receipt, 08 id, 11 to,
 *                13 message, 14 result, 15 class, 16 xmlns, 19 iq, 1A t, 1B ack, 1C g.us, 1D enc
 *     EC n       word n of the first long table: 01 active, 0B retry, 11 replaced, 18 passive
 *
 * A node is a list of its tag, its attributes (name, value, ...) and, if any, its content.
 */
const frames: [string, BinaryNode, string][] = [
  [
    'words and packed digits',
    { tag: 'iq', attrs: { id: '12.3-4', type: 'result', from: 's.whatsapp.net' } },
    '00 F807 19 08 FF0312B3A4 04 14 06 03',
  ],
  ['an odd number of digits', { tag: 'ack', attrs: { id: '123' } }, '00 F803 1B 08 FF82123F'],
  [
    'hexadecimal digits, even and odd',
    { tag: 'ack', attrs: { id: '3EB0', t: 'ABC' } },
    '00 F805 1B 08 FB023EB0 1A FB82ABCF',
  ],
  [
    'a phone JID, and a LID with a device',
    { tag: 'message', attrs: { to: '15550000001@s.whatsapp.net', from: '900000001:7@lid' } },
    '00 F805 13 11 FA FF861555000000 1F 03 06 F70107 FF859000000 01F',
  ],
  [
    'children, a word of the long table, text in UTF-8',
    { tag: 'receipt', attrs: { type: 'retry' }, content: [{ tag: 'retry', attrs: { id: 'olá' } }] },
    '00 F804 07 04 EC0B F801 F803 EC0B 08 FC046F6CC3A1',
  ],
  [
    'an IQ without attributes below it',
    { tag: 'iq', attrs: { xmlns: 'passive', to: 's.whatsapp.net' }, content: [{ tag: 'active', attrs: {} }] },
    '00 F806 19 16 EC18 11 03 F801 F801 EC01',
  ],
  [
    'a few bytes',
    { tag: 'enc', attrs: { type: 'retry' }, content: Buffer.from([0, 255, 16]) },
    '00 F804 1D 04 EC0B FC0300FF10',
  ],
  [
    'bytes whose length needs three',
    { tag: 'enc', attrs: {}, content: Buffer.alloc(300, 0xab) },
    `00 F802 1D FD00012C ${'AB'.repeat(300)}`,
  ],
]

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const plain = ({ tag, attrs, content }: BinaryNode): unknown => ({
  tag,
  attrs: { ...attrs },
  content: Array.isArray(content)
    ? content.map(plain)
    : content instanceof Uint8Array
      ? Buffer.from(content).toString('hex')
      : content,
})

test.each(frames)('%s', async (_name, node, hex) => {
  expect(encodeBinaryNode(node).toString('hex')).toBe(bytes(hex).toString('hex'))
  expect(plain(await decodeBinaryNode(bytes(hex)))).toEqual(plain(node))
})
