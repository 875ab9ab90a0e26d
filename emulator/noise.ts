import {
  aesDecryptGCM,
  aesEncryptGCM,
  Curve,
  hkdf,
  type KeyPair,
  NOISE_MODE,
  NOISE_WA_HEADER,
  proto,
  sha256,
} from '@whiskeysockets/baileys'

/** The server's long-lived keys: a root that signs the intermediate that signs the static Noise key. */
export interface ServerKeys {
  root: KeyPair
  intermediate: KeyPair
  noise: KeyPair
}

export function generateServerKeys(): ServerKeys {
  return { root: Curve.generateKeyPair(), intermediate: Curve.generateKeyPair(), noise: Curve.generateKeyPair() }
}

const NOTHING = Buffer.alloc(0)

/**
 * The responder of Noise_XX_25519_AESGCM_SHA256. Baileys has the initiator only, so this side is our own; a shared mistake in it
 * is not possible.
 */
export function createServerNoise(keys: ServerKeys) {
  let hash: Buffer = Buffer.from(NOISE_MODE)
  let salt: Buffer = hash
  let key: Buffer = hash
  let nonce = 0
  const ephemeral = Curve.generateKeyPair()
  let read: Buffer = NOTHING
  let write: Buffer = NOTHING
  let readNonce = 0
  let writeNonce = 0

  const mixHash = (data: Uint8Array) => {
    hash = sha256(Buffer.concat([hash, data]))
  }
  const expand = (input: Uint8Array): [Buffer, Buffer] => {
    const output = Buffer.from(hkdf(Buffer.from(input), 64, { salt, info: '' }))
    return [output.subarray(0, 32), output.subarray(32)]
  }
  const mixKey = (input: Uint8Array) => {
    ;[salt, key] = expand(input)
    nonce = 0
  }
  const encryptAndHash = (plaintext: Uint8Array) => {
    const sealed = aesEncryptGCM(plaintext, key, iv(nonce++), hash)
    mixHash(sealed)
    return sealed
  }
  const decryptAndHash = (sealed: Uint8Array) => {
    const plaintext = aesDecryptGCM(sealed, key, iv(nonce++), hash)
    mixHash(sealed)
    return plaintext
  }

  return {
    /** Takes the client's first message (-> e) and returns ours (<- e, ee, s, es, certificates). */
    hello(clientHello: Uint8Array): Uint8Array {
      const theirs = proto.HandshakeMessage.decode(clientHello).clientHello?.ephemeral
      if (!theirs) throw new Error('The client hello holds no ephemeral key.')
      mixHash(NOISE_WA_HEADER)
      mixHash(theirs)
      mixHash(ephemeral.public)
      mixKey(Curve.sharedKey(ephemeral.private, theirs))
      const encryptedStatic = encryptAndHash(keys.noise.public)
      mixKey(Curve.sharedKey(keys.noise.private, theirs))
      const payload = encryptAndHash(certificates(keys))
      return proto.HandshakeMessage.encode({
        serverHello: { ephemeral: ephemeral.public, static: encryptedStatic, payload },
      }).finish()
    },

    /** Takes the client's last message (-> s, se, payload); from here on `seal` and `open` work. */
    finish(message: Uint8Array): proto.ClientPayload {
      const finish = proto.HandshakeMessage.decode(message).clientFinish
      if (!finish?.static || !finish.payload) throw new Error('The client finish holds no key or no payload.')
      const clientStatic = decryptAndHash(finish.static)
      mixKey(Curve.sharedKey(ephemeral.private, clientStatic))
      const payload = decryptAndHash(finish.payload)
      // The client writes with the first half, so the server reads with it.
      ;[read, write] = expand(NOTHING)
      return proto.ClientPayload.decode(payload)
    },

    seal: (plaintext: Uint8Array): Buffer => aesEncryptGCM(plaintext, write, iv(writeNonce++), NOTHING),
    open: (sealed: Uint8Array): Buffer => aesDecryptGCM(sealed, read, iv(readNonce++), NOTHING),
  }
}
export type ServerNoise = ReturnType<typeof createServerNoise>

function iv(counter: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE(counter, 8)
  return bytes
}

function certificates({ root, intermediate, noise }: ServerKeys): Uint8Array {
  const { Details } = proto.CertChain.NoiseCertificate
  const intermediateDetails = Details.encode({ serial: 1, issuerSerial: 0, key: intermediate.public }).finish()
  const leafDetails = Details.encode({ serial: 2, issuerSerial: 1, key: noise.public }).finish()
  return proto.CertChain.encode({
    intermediate: { details: intermediateDetails, signature: Curve.sign(root.private, intermediateDetails) },
    leaf: { details: leafDetails, signature: Curve.sign(intermediate.private, leafDetails) },
  }).finish()
}
