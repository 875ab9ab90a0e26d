import { randomBytes } from 'node:crypto'
import { type BinaryNode, Curve, hmacSign, proto, S_WHATSAPP_NET } from '@whiskeysockets/baileys'
import type { Connection } from './connection.ts'
import { EmulatorError } from './errors.ts'
import type { Handset } from './handset.ts'
import type { CodeRequest } from './pairing-code.ts'

/** A client that has no account yet: what it registered with, and the references that its QR codes may show. */
export interface PairingClient {
  connection: Connection
  registration: proto.ClientPayload.IDevicePairingRegistrationData
  refs: string[]
  /** Secrets that a refresh has retired: a phone that scans one gets nowhere, silently. */
  retiredSecrets: Set<string>
  /** Set once it asked to be linked by a code. */
  codeRequest: CodeRequest | undefined
  /** What the phone does with the client's answer to a typed code. */
  onCodeAnswered: ((iq: BinaryNode) => void) | undefined
}

export interface ScannedCode {
  ref: string
  identity: Buffer
  advSecret: string
}

const REFS = 6
/** First two bytes of what the phone signs: an account signature of a companion device. */
const ACCOUNT_SIGNATURE_PREFIX = Buffer.from([6, 0])

export function newRefs(): string[] {
  return Array.from({ length: REFS }, (_, index) => `2@emulator${index}${randomBytes(12).toString('hex')}`)
}

export function pairDeviceNode(refs: string[]): BinaryNode {
  return {
    tag: 'iq',
    attrs: { from: S_WHATSAPP_NET, type: 'set', id: `pair-${randomBytes(4).toString('hex')}`, xmlns: 'md' },
    content: [
      {
        tag: 'pair-device',
        attrs: {},
        content: refs.map((ref) => ({ tag: 'ref', attrs: {}, content: Buffer.from(ref) })),
      },
    ],
  }
}

/** `https://wa.me/settings/linked_devices#ref,noise key,identity key,adv secret,platform`, or the bare list. */
export function parseQr(qr: string): ScannedCode {
  const [ref, , identity, advSecret] = (qr.split('#').at(-1) ?? '').split(',')
  if (!ref || !identity || !advSecret)
    throw new EmulatorError('qr-unknown', 'This is not a QR code for linking a device.')
  return { ref, identity: Buffer.from(identity, 'base64'), advSecret }
}

/** The phone vouches for the companion: signed by its identity, and sealed with the secret that only the QR code showed. */
export function pairSuccessNode(
  phone: Handset,
  { identity, advSecret }: Pick<ScannedCode, 'identity' | 'advSecret'>,
  device: { pn: string; lid: string; number: number },
  time: number,
): BinaryNode {
  const details = proto.ADVDeviceIdentity.encode({
    rawId: 1,
    timestamp: Math.floor(time / 1000),
    keyIndex: device.number,
  }).finish()
  const accountSignature = Curve.sign(
    phone.signal.identity.private,
    Buffer.concat([ACCOUNT_SIGNATURE_PREFIX, details, identity]),
  )
  const signed = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: phone.signal.identity.public,
    accountSignature,
  }).finish()
  const sealed = proto.ADVSignedDeviceIdentityHMAC.encode({
    details: signed,
    hmac: hmacSign(signed, Buffer.from(advSecret, 'base64')),
  }).finish()
  return {
    tag: 'iq',
    attrs: {
      from: S_WHATSAPP_NET,
      type: 'set',
      id: `paired-${device.number}`,
      xmlns: 'md',
      t: String(Math.floor(time / 1000)),
    },
    content: [
      {
        tag: 'pair-success',
        attrs: {},
        content: [
          { tag: 'device-identity', attrs: {}, content: sealed },
          { tag: 'device', attrs: { jid: device.pn, lid: device.lid } },
          { tag: 'platform', attrs: { name: 'android' } },
        ],
      },
    ],
  }
}
