import { type BinaryNode, encodeBigEndian } from '@whiskeysockets/baileys'
import { keyOf, signedKeyOf } from './linked-device.ts'
import type { KeyBundle } from './signal-device.ts'
import { bytesOf, child } from './world.ts'

const CURVE_25519 = Buffer.from([5])

/** A key bundle as `<user>` of an answer and `<keys>` of a retry receipt hold it. */
export function bundleNodes(bundle: KeyBundle): BinaryNode[] {
  const { identity, signedPreKey, preKey } = bundle
  return [
    { tag: 'type', attrs: {}, content: CURVE_25519 },
    { tag: 'identity', attrs: {}, content: identity },
    {
      tag: 'skey',
      attrs: {},
      content: [...keyNodes(signedPreKey), { tag: 'signature', attrs: {}, content: signedPreKey.signature }],
    },
    ...(preKey ? [{ tag: 'key', attrs: {}, content: keyNodes(preKey) }] : []),
  ]
}

const keyNodes = ({ id, value }: { id: number; value: Uint8Array }): BinaryNode[] => [
  { tag: 'id', attrs: {}, content: encodeBigEndian(id, 3) },
  { tag: 'value', attrs: {}, content: value },
]

export const registrationNode = (bundle: KeyBundle): BinaryNode => ({
  tag: 'registration',
  attrs: {},
  content: encodeBigEndian(bundle.registrationId),
})

/** The bundle that a retry receipt carries, from its second attempt on. */
export function bundleOfReceipt(receipt: BinaryNode): KeyBundle | undefined {
  const keys = child(receipt, 'keys')
  if (!keys) return undefined
  const registration = bytesOf(child(receipt, 'registration'))
  const preKey = child(keys, 'key')
  return {
    registrationId: registration.readUIntBE(0, registration.length),
    identity: bytesOf(child(keys, 'identity')),
    signedPreKey: signedKeyOf(child(keys, 'skey')),
    ...(preKey ? { preKey: keyOf(preKey) } : {}),
  }
}
