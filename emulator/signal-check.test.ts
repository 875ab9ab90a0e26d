import type { BinaryNode } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import { createSignalCheck, positionOf } from './signal-check.ts'

/** Version 3, ratchet key (field 1), counter (2), previous counter (3), ciphertext (4), eight bytes of MAC. */
const whisper = (key: string, counter: string, text = 'aabb') =>
  Buffer.from(`33 0a02${key} 10${counter} 1800 2202${text} 0102030405060708`.replaceAll(' ', ''), 'hex')
/** Version 3, pre-key id (field 1), base key (2), identity (3), the message (4), registration (5). */
const preKey = (inner: Buffer) =>
  Buffer.concat([
    Buffer.from('33080112021111', 'hex'),
    Buffer.from([0x22, inner.length]),
    inner,
    Buffer.from('2805', 'hex'),
  ])
/** Version 3, key id (field 1), iteration (2), ciphertext (3), 64 bytes of signature. */
const senderKey = (id: string, iteration: string) =>
  Buffer.concat([Buffer.from(`3308${id}10${iteration}1a02aabb`, 'hex'), Buffer.alloc(64)])
const enc = (type: string, content: Buffer): BinaryNode => ({ tag: 'enc', attrs: { type }, content })

test('counters are read from the three kinds of message, in one and in two bytes', () => {
  expect(positionOf(enc('msg', whisper('beef', '07')))).toEqual({ chain: 'beef', counter: 7 })
  expect(positionOf(enc('msg', whisper('beef', 'ac02')))).toEqual({ chain: 'beef', counter: 300 })
  expect(positionOf(enc('pkmsg', preKey(whisper('beef', '07'))))).toEqual({ chain: 'beef', counter: 7 })
  expect(positionOf(enc('skmsg', senderKey('05', '09')))).toEqual({ chain: 'sender key 5', counter: 9 })
})

test('one counter for two messages of a chain is a reuse; anywhere else it is not', () => {
  const check = createSignalCheck()
  const see = (to: string, id: string, message: Buffer) => check.see('bot', to, id, enc('msg', message))
  see('ana', 'A', whisper('beef', '01'))
  see('ana', 'B', whisper('beef', '02'))
  see('ana', 'C', whisper('cafe', '01'))
  see('bob', 'D', whisper('beef', '01'))
  expect(check.reusedCounters).toBe(0)
  see('ana', 'E', whisper('beef', '01'))
  expect(check.reuses).toEqual([{ sender: 'bot', recipient: 'ana', counter: 1, ids: ['A', 'E'] }])
  expect(check.checked).toBe(5)
})

test('the one ciphertext that all members of a group get is one message', () => {
  const check = createSignalCheck()
  for (const _member of ['ana', 'bob']) check.see('bot', 'group', 'A', enc('skmsg', senderKey('05', '09')))
  expect(check.reusedCounters).toBe(0)
  check.see('bot', 'group', 'B', enc('skmsg', senderKey('05', '09')))
  expect(check.reusedCounters).toBe(1)
})
