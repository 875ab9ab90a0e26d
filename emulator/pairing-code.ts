import { randomBytes } from 'node:crypto'
import {
  aesDecryptCTR,
  aesDecryptGCM,
  aesEncryptCTR,
  type BinaryNode,
  Curve,
  derivePairingCodeKey,
  hkdf,
  type KeyPair,
  S_WHATSAPP_NET,
} from '@whiskeysockets/baileys'
import { EmulatorError } from './errors.ts'
import { newMessageId } from './message.ts'
import type { ScannedCode } from './pairing.ts'
import { bytesOf, child, seconds } from './world.ts'

/** What a client sent when it asked to be linked by a code that its user types on the phone. */
export interface CodeRequest {
  /** Phone JID of the account that the client wants to be linked to. */
  jid: string
  /** The client's ephemeral key, sealed with the code: 32 bytes of salt, 16 of IV, 32 of key. */
  sealedEphemeral: Buffer
  ref: Buffer
}

/** Stages of `link_code_companion_reg`, as attributes name them. */
export const HELLO = 'companion_hello'
export const FINISH = 'companion_finish'

export function requestOf(iq: BinaryNode): CodeRequest {
  const reg = child(iq, 'link_code_companion_reg')
  return {
    jid: reg?.attrs.jid ?? '',
    sealedEphemeral: bytesOf(child(reg, 'link_code_pairing_wrapped_companion_ephemeral_pub')),
    ref: Buffer.from(`code-${randomBytes(12).toString('hex')}`),
  }
}

export const helloAnswer = ({ ref }: CodeRequest): BinaryNode => ({
  tag: 'link_code_companion_reg',
  attrs: { stage: HELLO },
  content: [{ tag: 'link_code_pairing_ref', attrs: {}, content: ref }],
})

/** The phone's half of linking by code, from the moment its user has typed the code in. */
export async function answerCode(request: CodeRequest, code: string, identity: KeyPair, time: number) {
  const { sealedEphemeral } = request
  const key = await derivePairingCodeKey(code, sealedEphemeral.subarray(0, 32))
  const theirs = aesDecryptCTR(sealedEphemeral.subarray(48, 80), key, sealedEphemeral.subarray(32, 48))
  const ephemeral = Curve.generateKeyPair()
  const salt = randomBytes(32)
  const iv = randomBytes(16)
  const sealed = aesEncryptCTR(ephemeral.public, await derivePairingCodeKey(code, salt), iv)
  const shared = Curve.sharedKey(ephemeral.private, theirs)

  const notification: BinaryNode = {
    tag: 'notification',
    attrs: { from: S_WHATSAPP_NET, type: 'link_code_companion_reg', id: newMessageId(), t: seconds(time) },
    content: [
      {
        tag: 'link_code_companion_reg',
        attrs: { stage: 'primary_hello' },
        content: [
          {
            tag: 'link_code_pairing_wrapped_primary_ephemeral_pub',
            attrs: {},
            content: Buffer.concat([salt, iv, sealed]),
          },
          { tag: 'primary_identity_pub', attrs: {}, content: identity.public },
          { tag: 'link_code_pairing_ref', attrs: {}, content: request.ref },
        ],
      },
    ],
  }

  /** Opens the client's answer. A code that was mistyped shows here: the two derived different keys. */
  const finish = (iq: BinaryNode): Pick<ScannedCode, 'identity' | 'advSecret'> => {
    const reg = child(iq, 'link_code_companion_reg')
    const bundle = bytesOf(child(reg, 'link_code_pairing_wrapped_key_bundle'))
    const companion = bytesOf(child(reg, 'companion_identity_public'))
    const bundleKey = hkdf(shared, 32, {
      salt: bundle.subarray(0, 32),
      info: 'link_code_pairing_key_bundle_encryption_key',
    })
    let opened: Buffer
    try {
      opened = aesDecryptGCM(bundle.subarray(44), bundleKey, bundle.subarray(32, 44), Buffer.alloc(0))
    } catch (cause) {
      throw new EmulatorError('code-wrong', 'The code that was typed is not the one that the client shows.', { cause })
    }
    if (!opened.subarray(0, 32).equals(companion) || !opened.subarray(32, 64).equals(Buffer.from(identity.public))) {
      throw new EmulatorError('code-wrong', 'The client answered for another identity.')
    }
    const identityShared = Curve.sharedKey(identity.private, companion)
    const secret = hkdf(Buffer.concat([shared, identityShared, opened.subarray(64)]), 32, { info: 'adv_secret' })
    return { identity: companion, advSecret: Buffer.from(secret).toString('base64') }
  }
  return { notification, finish }
}
