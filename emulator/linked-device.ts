import type { BinaryNode, proto } from '@whiskeysockets/baileys'
import type { Connection } from './connection.ts'
import type { KeyBundle } from './signal-device.ts'
import { type Account, bytesOf, child, children, deviceJid, type World } from './world.ts'

interface QueuedStanza {
  node: BinaryNode
  deliveries: number
}

/** The server's side of a device that connects over the socket: its keys, and what it has not confirmed yet. */
export function createLinkedDevice(
  world: World,
  account: Account,
  number: number,
  registration: proto.ClientPayload.IDevicePairingRegistrationData,
) {
  let identity: Buffer = Buffer.from(registration.eIdent ?? [])
  let registrationId = toInteger(registration.eRegid)
  let signedPreKey: KeyBundle['signedPreKey'] = {
    id: toInteger(registration.eSkeyId),
    value: Buffer.from(registration.eSkeyVal ?? []),
    signature: Buffer.from(registration.eSkeySig ?? []),
  }
  const preKeys: { id: number; value: Buffer }[] = []
  let queue: QueuedStanza[] = []
  let connection: Connection | undefined
  /** Live stanzas flow only after what was queued went out. */
  let live = false
  let heldBack: BinaryNode | undefined

  const transmit = (entry: QueuedStanza, offline: boolean) => {
    entry.deliveries++
    if (entry.node.tag === 'message') {
      world.counters.delivered++
      if (entry.deliveries > 1) world.counters.redelivered++
    }
    const attrs = offline ? { ...entry.node.attrs, offline: world.faults.offlineAttribute() } : entry.node.attrs
    connection?.send({ ...entry.node, attrs })
  }
  const enqueue = (node: BinaryNode) => {
    const entry = { node, deliveries: 0 }
    queue.push(entry)
    if (live && connection?.isOpen()) transmit(entry, false)
  }

  return {
    kind: 'linked' as const,
    account,
    number,
    lid: deviceJid(account.lid, number),
    pn: deviceJid(account.pn, number),

    get preKeysLeft() {
      return preKeys.length
    },
    /** Stanzas that the device has not confirmed. */
    get pending(): readonly BinaryNode[] {
      return queue.map(({ node }) => node)
    },
    get online() {
      return live && connection?.isOpen() === true
    },

    /** Queues a stanza until it is confirmed, and sends it now if the device is there. */
    deliver(node: BinaryNode): void {
      const stanza = node.tag === 'message' ? world.faults.damage(node) : node
      if (node.tag === 'message' && world.faults.takeReorder()) {
        heldBack = stanza
        return
      }
      enqueue(stanza)
      if (node.tag === 'message' && world.faults.takeDuplicate()) enqueue(stanza)
      if (heldBack && node.tag === 'message') {
        enqueue(heldBack)
        heldBack = undefined
      }
    },
    /** Sends without queueing: what a client that is away never hears of. */
    send: (node: BinaryNode) => connection?.send(node),

    /** A receipt or an ack of the device: the oldest stanza with that tag and id is done. */
    confirm(tag: string, id: string): boolean {
      const at = queue.findIndex(({ node, deliveries }) => deliveries > 0 && node.tag === tag && node.attrs.id === id)
      if (at === -1) return false
      queue.splice(at, 1)
      return true
    },

    attach(next: Connection): Connection | undefined {
      const previous = connection
      connection = next
      live = false
      return previous
    },
    detach(gone: Connection): void {
      if (connection !== gone) return
      connection = undefined
      live = false
    },
    connection: () => connection,

    /** The device said that it is ready: everything unconfirmed, then the mark that this was all. */
    goLive(): boolean {
      if (live) return false
      const waiting = [...queue]
      for (const entry of waiting) transmit(entry, true)
      live = true
      if (!world.faults.offlineMarkWithheld()) {
        connection?.send({
          tag: 'ib',
          attrs: { from: '@s.whatsapp.net' },
          content: [{ tag: 'offline', attrs: { count: String(waiting.length) } }],
        })
      }
      return true
    },

    takeBundle(): KeyBundle {
      const preKey = preKeys.shift()
      return { registrationId, identity, signedPreKey, ...(preKey ? { preKey } : {}) }
    },
    /** `<iq xmlns=encrypt type=set>` with a registration: the device's keys, and more one-time keys. */
    storeKeys(iq: BinaryNode): void {
      registrationId = toInteger(bytesOf(child(iq, 'registration')))
      identity = bytesOf(child(iq, 'identity'))
      signedPreKey = signedKeyOf(child(iq, 'skey'))
      preKeys.push(...children(child(iq, 'list'), 'key').map(keyOf))
    },
    rotateSignedKey(iq: BinaryNode): void {
      signedPreKey = signedKeyOf(child(child(iq, 'rotate'), 'skey'))
    },

    forgetQueue(): void {
      queue = []
    },
  }
}
export type LinkedDevice = ReturnType<typeof createLinkedDevice>

function toInteger(bytes: Uint8Array | null | undefined): number {
  if (!bytes?.length) throw new Error('An integer of no bytes.')
  return Buffer.from(bytes).readUIntBE(0, bytes.length)
}
export function keyOf(node: BinaryNode | undefined) {
  return { id: toInteger(bytesOf(child(node, 'id'))), value: bytesOf(child(node, 'value')) }
}
export function signedKeyOf(node: BinaryNode | undefined) {
  return { ...keyOf(node), signature: bytesOf(child(node, 'signature')) }
}
