import type { BinaryNode, proto } from '@whiskeysockets/baileys'
import { dropOldest } from './bounded.ts'
import type { Group } from './group.ts'
import { createInbox, type InboxItem } from './inbox.ts'
import { bundleNodes, bundleOfReceipt, registrationNode } from './keys-node.ts'
import type { LinkedDevice } from './linked-device.ts'
import { isShown, newMessageId, quotedIdOf, type Said, type SayOptions, textOf } from './message.ts'
import { createSignalDevice } from './signal-device.ts'
import { type Account, bundleOf, deviceJid, seconds, type World } from './world.ts'

/** Where a message goes: to another account, or to a group. */
export type Destination = Account | Group
const isGroup = (destination: Destination): destination is Group => 'members' in destination
const addressOf = (destination: Destination) => (isGroup(destination) ? destination.jid : destination.lid)

interface Sent {
  message: proto.IMessage
  destination: Destination
  attrs: Record<string, string>
}
/** A resend can be asked for these many messages back. */
const REMEMBERED = 2_000
/** Real clients give up after five. */
const MAX_RETRIES = 5

export interface PostOptions extends SayOptions {
  type?: 'text' | 'media'
  attrs?: Record<string, string>
}

/** Stanza for this device alone: what it encrypts to, and who wrote it. */
export interface Incoming {
  id: string
  sender: LinkedDevice
  /** As the sender addressed it: a receipt names it the same way. */
  to: string
  group: string | undefined
  encs: BinaryNode[]
}

/** A device with its keys in the emulator: it writes to linked devices, reads what they write, and asks for resends. */
export function createHandset(world: World, account: Account, number: number) {
  const signal = createSignalDevice((jid) => bundleOf(world, jid))
  const inbox = createInbox(account.name, world.keep)
  const lid = deviceJid(account.lid, number)
  const sent = new Map<string, Sent>()
  const retries = new Map<string, number>()
  let failuresToPlay = 0
  let asksForResends = true
  /** Old phones address by number; the rest of the world by LID. */
  let addressing: 'lid' | 'pn' = 'lid'

  const recipients = (destination: Destination): LinkedDevice[] => {
    const accounts = isGroup(destination) ? [...destination.members] : [destination, account]
    return [...new Set(accounts)].flatMap((one) => [...one.linked.values()])
  }

  const addressAttrs = (destination: Destination, device: LinkedDevice): Record<string, string> => {
    if (isGroup(destination)) {
      return { from: destination.jid, participant: lid, participant_pn: account.pn, addressing_mode: 'lid' }
    }
    // For our own other devices the chat is the recipient; `sender_pn` would be taken for the chat's number.
    if (device.account === account) {
      return { from: lid, recipient: destination.lid, peer_recipient_pn: destination.pn, addressing_mode: 'lid' }
    }
    return addressing === 'lid'
      ? { from: lid, sender_pn: account.pn, addressing_mode: 'lid' }
      : { from: deviceJid(account.pn, number), sender_lid: account.lid }
  }

  const forDevice = (message: proto.IMessage, destination: Destination, device: LinkedDevice): proto.IMessage =>
    device.account === account && !isGroup(destination)
      ? { deviceSentMessage: { destinationJid: destination.lid, message } }
      : message

  /** One group ciphertext serves all devices; a sender key must not run ahead for each of them. */
  const encryptForAll = async (devices: LinkedDevice[], id: string, one: Sent): Promise<void> => {
    const { message, destination } = one
    const shared = isGroup(destination) ? await signal.encryptGroup(destination.jid, lid, message) : undefined
    for (const device of devices) {
      const content: BinaryNode[] = []
      if (shared) {
        const known = `${addressOf(destination)} ${device.lid}`
        if (!signal.knowsSenderKey.has(known)) content.push(await signal.encrypt(device.lid, shared.distribution))
        signal.knowsSenderKey.add(known)
        content.push(shared.enc)
      } else {
        content.push(await signal.encrypt(device.lid, forDevice(message, destination, device)))
      }
      device.deliver({ tag: 'message', attrs: { ...addressAttrs(destination, device), ...one.attrs, id }, content })
    }
  }

  const remember = (id: string, one: Sent) => {
    sent.set(id, one)
    dropOldest(sent, REMEMBERED)
  }

  const askForResend = async ({ id, sender, to, group }: Incoming): Promise<void> => {
    const attempt = (retries.get(id) ?? 0) + 1
    if (attempt > MAX_RETRIES || !asksForResends) return
    retries.set(id, attempt)
    dropOldest(retries, REMEMBERED)
    world.counters.retriesAsked++
    const bundle = await signal.bundle()
    const t = seconds(world.now())
    const own = sender.account === account
    sender.deliver({
      tag: 'receipt',
      attrs: {
        id,
        type: 'retry',
        t,
        from: own && !group ? lid : to,
        ...(own && !group ? { recipient: to } : {}),
        ...(group ? { participant: lid } : {}),
      },
      content: [
        { tag: 'retry', attrs: { count: String(attempt), id, t, v: '1' } },
        registrationNode(bundle),
        { tag: 'keys', attrs: {}, content: bundleNodes(bundle) },
      ],
    })
  }

  const confirmDelivery = ({ id, sender, to, group }: Incoming) => {
    if (sender.account === account) return
    const attrs = { id, from: to, t: seconds(world.now()), ...(group ? { participant: lid } : {}) }
    sender.deliver({ tag: 'receipt', attrs })
  }

  const read = async (incoming: Incoming): Promise<InboxItem | undefined> => {
    if (failuresToPlay > 0) {
      failuresToPlay--
      throw new Error('Told to fail.')
    }
    let shown: proto.IMessage | undefined
    let sentTo: string | undefined
    for (const enc of incoming.encs) {
      const plain = await signal.decrypt(enc, incoming.sender.lid, incoming.group)
      const message = plain.deviceSentMessage?.message ?? plain
      sentTo ??= plain.deviceSentMessage?.destinationJid ?? undefined
      if (isShown(message)) shown = message
    }
    return (
      shown && {
        id: incoming.id,
        text: textOf(shown),
        quotedId: quotedIdOf(shown),
        chat: incoming.group ?? incoming.sender.account.lid,
        from: incoming.sender.lid,
        at: performance.now(),
        sentTo,
        message: shown,
      }
    )
  }

  /** Shows a message; the same id again is dropped, and counted apart. */
  const show = (item: InboxItem) => {
    if (inbox.add(item)) world.counters.read++
    else world.counters.duplicates++
  }

  return {
    account,
    number,
    lid,
    signal,
    inbox,
    show,

    setAddressing(mode: 'lid' | 'pn') {
      addressing = mode
    },
    /** The next `count` messages are treated as undecryptable, and asked for again. */
    failNext(count: number) {
      failuresToPlay = count
    },
    /** False: an undecryptable message stays "Waiting for this message". */
    setAsksForResends(on: boolean) {
      asksForResends = on
    },

    /** Encrypts for every linked device that must see it; they get it in the order of the calls. */
    post(message: proto.IMessage, destination: Destination, options: PostOptions = {}): Promise<Said> {
      const id = options.id ?? newMessageId()
      return signal.exclusive(async () => {
        const attrs = {
          t: seconds(options.time ?? world.now()),
          type: options.type ?? 'text',
          notify: account.name,
          ...options.attrs,
        }
        const one = { message, destination, attrs }
        remember(id, one)
        const at = performance.now()
        await encryptForAll(recipients(destination), id, one)
        return { id, text: textOf(message), chat: addressOf(destination), sender: account.lid, at, message }
      })
    },

    /** A stanza to one linked device of the own account that no chat shows: history, keys. */
    postPeer: (device: LinkedDevice, message: proto.IMessage, id = newMessageId()): Promise<void> =>
      signal.exclusive(async () => {
        const enc = await signal.encrypt(device.lid, message)
        const attrs = { from: account.pn, id, t: seconds(world.now()), type: 'text', category: 'peer' }
        device.deliver({ tag: 'message', attrs, content: [enc] })
      }),

    receive: (incoming: Incoming): Promise<void> =>
      signal.exclusive(async () => {
        let item: InboxItem | undefined
        try {
          item = await read(incoming)
        } catch {
          // What a phone shows as "Waiting for this message": counted, and asked for again.
          world.counters.undecryptable++
          await askForResend(incoming)
          return
        }
        if (item) show(item)
        confirmDelivery(incoming)
      }),

    /** The device could not read our message: drop the session and send it again in a fresh one. */
    resend: (device: LinkedDevice, id: string, receipt: BinaryNode): Promise<boolean> =>
      signal.exclusive(async () => {
        const one = sent.get(id)
        if (!one) return false
        await signal.forgetSession(device.lid)
        const bundle = bundleOfReceipt(receipt)
        if (bundle) await signal.openSession(device.lid, bundle)
        const { message, destination } = one
        let again = forDevice(message, destination, device)
        if (isGroup(destination)) {
          const { distribution } = await signal.encryptGroup(destination.jid, lid, message)
          again = { ...message, ...distribution }
        }
        const enc = await signal.encrypt(device.lid, again)
        const count = receiptCount(receipt)
        device.deliver({
          tag: 'message',
          attrs: { ...addressAttrs(destination, device), ...one.attrs, id },
          content: [{ ...enc, attrs: { ...enc.attrs, count } }],
        })
        return true
      }),

    dispose() {
      inbox.dispose()
      signal.dispose()
    },
  }
}
export type Handset = ReturnType<typeof createHandset>

function receiptCount(receipt: BinaryNode): string {
  const retry = Array.isArray(receipt.content) ? receipt.content.find(({ tag }) => tag === 'retry') : undefined
  return retry?.attrs.count ?? '1'
}
