import {
  type BinaryNode,
  Curve,
  encodeWAMessage,
  initAuthCreds,
  proto,
  type SignalDataTypeMap,
  type SignalKeyStoreWithTransaction,
  unpadRandomMax16,
} from '@whiskeysockets/baileys'
import { makeLibSignalRepository } from '@whiskeysockets/baileys/lib/Signal/libsignal.js'
import { silentLogger } from './silent-logger.ts'

/** What a sender needs to open a Signal session with a device. Keys are the bare 32 bytes. */
export interface KeyBundle {
  registrationId: number
  identity: Uint8Array
  signedPreKey: { id: number; value: Uint8Array; signature: Uint8Array }
  preKey?: { id: number; value: Uint8Array }
}

const publicKey = (bare: Uint8Array) => Buffer.concat([Buffer.from([5]), bare])

/**
 * A device whose keys live here: a contact's phone, the owner's phone, a second companion. `bundleOf` asks the server for another
 * device's keys.
 */
export function createSignalDevice(bundleOf: (deviceJid: string) => Promise<KeyBundle | undefined>) {
  const creds = initAuthCreds()
  const keys = createMemoryKeyStore()
  const repository = makeLibSignalRepository({ creds, keys }, silentLogger)
  /** Group and device pairs that hold our sender key. */
  const knowsSenderKey = new Set<string>()
  let nextPreKeyId = 1
  let tail: Promise<unknown> = Promise.resolve()

  const openSession = (jid: string, bundle: KeyBundle) =>
    repository.injectE2ESession({
      jid,
      session: {
        registrationId: bundle.registrationId,
        identityKey: publicKey(bundle.identity),
        signedPreKey: {
          keyId: bundle.signedPreKey.id,
          publicKey: publicKey(bundle.signedPreKey.value),
          signature: bundle.signedPreKey.signature,
        },
        ...(bundle.preKey ? { preKey: { keyId: bundle.preKey.id, publicKey: publicKey(bundle.preKey.value) } } : {}),
      },
    })

  const encrypt = async (jid: string, message: proto.IMessage): Promise<BinaryNode> => {
    if (!(await repository.validateSession(jid)).exists) {
      const bundle = await bundleOf(jid)
      if (!bundle) throw new Error('The other device has no keys on the server.')
      await openSession(jid, bundle)
    }
    const { type, ciphertext } = await repository.encryptMessage({ jid, data: encodeWAMessage(message) })
    return { tag: 'enc', attrs: { v: '2', type }, content: ciphertext }
  }

  const encryptGroup = async (group: string, ownJid: string, message: proto.IMessage) => {
    const { ciphertext, senderKeyDistributionMessage } = await repository.encryptGroupMessage({
      group,
      meId: ownJid,
      data: encodeWAMessage(message),
    })
    const distribution: proto.IMessage = {
      senderKeyDistributionMessage: {
        groupId: group,
        axolotlSenderKeyDistributionMessage: senderKeyDistributionMessage,
      },
    }
    const enc: BinaryNode = { tag: 'enc', attrs: { v: '2', type: 'skmsg' }, content: ciphertext }
    return { enc, distribution }
  }

  const decrypt = async (enc: BinaryNode, sender: string, group: string | undefined): Promise<proto.Message> => {
    if (!(enc.content instanceof Uint8Array)) throw new Error('An <enc> without bytes.')
    const padded = await decryptBytes(enc.attrs.type, enc.content, sender, group)
    const message = proto.Message.decode(unpadRandomMax16(padded))
    const distribution = message.senderKeyDistributionMessage
    if (distribution) {
      await repository.processSenderKeyDistributionMessage({ authorJid: sender, item: distribution })
    }
    return message
  }

  const decryptBytes = (type: string | undefined, bytes: Uint8Array, sender: string, group: string | undefined) => {
    const ciphertext = Buffer.from(bytes)
    if (type === 'skmsg' && group) return repository.decryptGroupMessage({ group, authorJid: sender, msg: ciphertext })
    if (type === 'msg' || type === 'pkmsg') return repository.decryptMessage({ jid: sender, type, ciphertext })
    throw new Error('An <enc> of an unknown type.')
  }

  return {
    identity: creds.signedIdentityKey,
    registrationId: creds.registrationId,
    knowsSenderKey,
    encrypt,
    encryptGroup,
    decrypt,
    openSession,
    forgetSession: (jid: string) => repository.deleteSession([jid]),

    /** A bundle with a fresh one-time pre-key, as the server hands out one per request. */
    async bundle(): Promise<KeyBundle & { preKey: { id: number; value: Uint8Array } }> {
      const id = nextPreKeyId++
      const pair = Curve.generateKeyPair()
      await keys.set({ 'pre-key': { [String(id)]: pair } })
      return {
        registrationId: creds.registrationId,
        identity: creds.signedIdentityKey.public,
        signedPreKey: {
          id: creds.signedPreKey.keyId,
          value: creds.signedPreKey.keyPair.public,
          signature: creds.signedPreKey.signature,
        },
        preKey: { id, value: pair.public },
      }
    },

    /** One at a time: two operations on one session at once would use a message key twice. */
    exclusive<T>(work: () => Promise<T>): Promise<T> {
      const result = tail.then(work)
      tail = result.catch(() => undefined)
      return result
    },

    dispose: () => repository.close?.(),
  }
}
export type SignalDevice = ReturnType<typeof createSignalDevice>

/**
 * Each write counts at once. Baileys' own transactions find themselves through the asynchronous context, and libsignal runs the jobs of one
 * address in the context of whoever came first, across all devices of a process: where several people wrote to one device at once, steps of the
 * ratchet fell into a transaction that had ended, and a counter was used twice. `exclusive` keeps the operations of a device apart.
 */
function createMemoryKeyStore(): SignalKeyStoreWithTransaction {
  const rows = new Map<string, unknown>()
  return {
    isInTransaction: () => false,
    transaction: (work) => work(),
    get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]) {
      const found: { [id: string]: SignalDataTypeMap[T] } = {}
      for (const id of ids) {
        const value = rows.get(`${type}:${id}`)
        if (value !== undefined) found[id] = value as SignalDataTypeMap[T]
      }
      return found
    },
    set(data) {
      for (const [type, entries] of Object.entries(data)) {
        for (const [id, value] of Object.entries(entries)) {
          if (value === null) rows.delete(`${type}:${id}`)
          else rows.set(`${type}:${id}`, value)
        }
      }
    },
  }
}
