import type { BinaryNode } from '@whiskeysockets/baileys'
import type { Faults } from './faults.ts'
import type { LinkedDevice } from './linked-device.ts'
import { newMessageId } from './message.ts'
import type { WhatsAppServer } from './server.ts'
import { timelockFacts } from './timelock.ts'
import { child, seconds, type World } from './world.ts'

/** Everything that goes wrong out there, by hand. Counts say how often; what has none lasts until it is switched back. */
export function createFaultPanel(
  world: World,
  faults: Faults,
  server: WhatsAppServer,
  device: () => LinkedDevice | undefined,
) {
  const toDevice = (node: BinaryNode) => device()?.send(node)
  const toPairing = (node: BinaryNode) => {
    for (const { connection } of server.pairing) connection.send(node)
  }
  const notification = (type: string, content: BinaryNode[]): BinaryNode => ({
    tag: 'notification',
    attrs: { from: '@s.whatsapp.net', type, id: newMessageId(), t: seconds(world.now()) },
    content,
  })

  return {
    /** Every TCP connection dies without a word. */
    dropSocket(): void {
      for (const connection of [...server.connections]) connection.terminate()
    },
    /** The connections of now stay open and are deaf and mute. Later ones work, unless `andLater`. */
    halfOpen({ andLater = false } = {}): void {
      for (const connection of server.connections) connection.freeze()
      faults.setSilentHandshakes(andLater)
    },
    /**
     * No connection succeeds: TCP ends at once ('refuse'), or an HTTP status instead of the upgrade. Baileys never notices the latter:
     * it listens to `unexpected-response`, which keeps ws from failing, and then does nothing.
     */
    unreachable(how: 'refuse' | number | undefined): void {
      faults.setUnreachable(how)
      if (how !== undefined) this.dropSocket()
    },
    /** The connection ends with `<stream:error code>`: 401, 403, 405, 440, 503, 515, any. */
    streamError(code: number): void {
      toDevice({ tag: 'stream:error', attrs: { code: String(code) }, content: [] })
      device()?.connection()?.close()
    },
    /** Another copy of this device has connected: 440 in the words that servers use for it. */
    replaced(): void {
      toDevice({ tag: 'stream:error', attrs: {}, content: [{ tag: 'conflict', attrs: { type: 'replaced' } }] })
      device()?.connection()?.close()
    },
    /** The next logins end with `<failure reason>`. */
    refuseLogin(code: number, count = 1): void {
      faults.logins.push({ code, left: count })
    },

    /** The code that is scanned next is not taken: the client must make a new secret and show it. */
    refreshAtNextScan(): void {
      faults.armRefreshAtScan()
    },
    /** The account is protected by a passkey: the phone cannot finish linking in this client. */
    passkeyRequired(): void {
      toPairing(notification('passkey_prologue_request', [{ tag: 'passkey_prologue_request', attrs: {} }]))
    },

    /** After logins the mark that all queued stanzas are through is missing. */
    withholdOfflineMark(on: boolean): void {
      faults.setOfflineMark(!on)
    },
    /** What queued stanzas carry as `offline`: '1' as usual, '0' as some servers send. */
    offlineAttribute(value: string): void {
      faults.setOfflineValue(value)
    },
    /** The next messages arrive twice. */
    duplicateNext(count = 1): void {
      faults.setDuplicate(count)
    },
    /** The next message arrives after the one that follows it. */
    reorderNext(count = 1): void {
      faults.setReorder(count)
    },
    /** The next messages cannot be decrypted: their ciphertext is damaged on the way. */
    corruptNext(count = 1): void {
      faults.setCorrupt(count)
    },

    /** Acks of the program's messages come this many milliseconds late; 0: at once. */
    slowAcks(ms: number): void {
      faults.acks.delay = ms
    },
    /** The next acks never come, though the messages arrive. */
    withholdAcks(count = 1): void {
      faults.acks.withheld = count
    },
    /** The next messages (to `to`) are refused with this code, and reach nobody: 463, 479. */
    refuseMessages(code: number, count = 1, to?: string): void {
      const filter = (node: BinaryNode) => to === undefined || node.attrs.to === to
      faults.acks.refused.push({ code, left: count, filter })
    },
    /** The next IQs with this first child are answered with an error. */
    refuseIq(tag: string, code: number, text = 'refused', count = 1): void {
      faults.iqErrors.push({ matches: (node) => child(node, tag) !== undefined, code, text, left: count })
    },
    /** Downloads answer with this status (404, 410); undefined: as they should. */
    mediaStatus(status: number | undefined): void {
      faults.setMediaStatus(status)
    },
    /** The account may not start conversations until then: what WhatsApp tells an account that it restricts. */
    reachoutTimelock(until: Date | undefined): void {
      faults.setTimelock(until)
      const data = { xwa2_notify_account_reachout_timelock: timelockFacts(until) }
      const attrs = { op_name: 'NotificationUserReachoutTimelockUpdate' }
      toDevice(notification('mex', [{ tag: 'update', attrs, content: Buffer.from(JSON.stringify({ data })) }]))
    },
    /** Any stanza, as the server would send it. */
    inject(node: BinaryNode): void {
      toDevice(node)
      toPairing(node)
    },
  }
}
export type FaultPanel = ReturnType<typeof createFaultPanel>
