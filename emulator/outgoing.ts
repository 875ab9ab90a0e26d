import type { BinaryNode } from '@whiskeysockets/baileys'
import type { LinkedDevice } from './linked-device.ts'
import type { SignalCheck } from './signal-check.ts'
import { accountOf, child, children, deviceJid, deviceOf, seconds, type World } from './world.ts'

/** Takes a `<message>` of a linked device: acks it, and hands each recipient what was encrypted for it. */
export function createOutgoing(world: World, check: SignalCheck) {
  const timers = new Set<NodeJS.Timeout>()

  const acknowledge = (device: LinkedDevice, node: BinaryNode): boolean => {
    const rule = world.faults.takeAck(node)
    if (!rule) return true
    const { id = '', to = '' } = node.attrs
    const error = rule.error === undefined ? {} : { error: String(rule.error) }
    const ack: BinaryNode = {
      tag: 'ack',
      attrs: { class: 'message', id, from: to, t: seconds(world.now()), ...error },
    }
    if (rule.error !== undefined) world.counters.refusals++
    if (rule.delay === 0) device.send(ack)
    else {
      const timer = setTimeout(() => {
        timers.delete(timer)
        device.send(ack)
      }, rule.delay)
      timers.add(timer)
    }
    return rule.error === undefined
  }

  /** What each recipient's device decrypts, by its JID: own copies first, then what a group shares. */
  const parcels = (device: LinkedDevice, node: BinaryNode): Map<string, BinaryNode[]> => {
    const { to = '', participant } = node.attrs
    const byDevice = new Map<string, BinaryNode[]>()
    const add = (jid: string, encs: BinaryNode[]) => {
      const account = accountOf(world, jid)
      if (!account) return
      const key = deviceJid(account.lid, deviceOf(jid))
      byDevice.set(key, [...(byDevice.get(key) ?? []), ...encs])
    }
    for (const one of children(child(node, 'participants'), 'to')) {
      add(one.attrs.jid ?? '', children(one, 'enc'))
    }
    const direct = children(node, 'enc')
    const group = world.groups.get(to)
    if (!group) {
      // A resend for one device, or a peer message to the own phone.
      if (direct.length > 0) add(to, direct)
    } else if (participant) {
      add(participant, direct)
    } else {
      for (const member of group.members) {
        for (const number of [...member.handsets.keys(), ...member.linked.keys()]) {
          const jid = deviceJid(member.lid, number)
          if (jid !== device.lid) add(jid, direct)
        }
      }
    }
    return byDevice
  }

  /** Another linked device of the account, or of a group's member, gets the same bytes under its sender's name. */
  const forward = (sender: LinkedDevice, receiver: LinkedDevice, node: BinaryNode, encs: BinaryNode[]) => {
    const { id = '', to = '', type = 'text' } = node.attrs
    const own = sender.account === receiver.account
    const chat = accountOf(world, to)
    const address: Record<string, string> = world.groups.has(to)
      ? { from: to, participant: sender.lid, participant_pn: sender.account.pn }
      : own && chat
        ? { from: sender.lid, recipient: chat.lid, peer_recipient_pn: chat.pn }
        : { from: sender.lid, sender_pn: sender.account.pn }
    receiver.deliver({
      tag: 'message',
      attrs: { ...address, addressing_mode: 'lid', id, type, t: seconds(world.now()), notify: sender.account.name },
      content: encs,
    })
  }

  return {
    async route(device: LinkedDevice, node: BinaryNode): Promise<void> {
      world.counters.sent++
      if (!acknowledge(device, node)) return
      const { id = '', to = '' } = node.attrs
      const group = world.groups.has(to) ? to : undefined
      for (const [jid, encs] of parcels(device, node)) {
        for (const enc of encs) check.see(device.lid, group && enc.attrs.type === 'skmsg' ? group : jid, id, enc)
        const account = accountOf(world, jid)
        const other = account?.linked.get(deviceOf(jid))
        if (other && other !== device) forward(device, other, node, encs)
        await account?.handsets
          .get(deviceOf(jid))
          ?.receive({ id, sender: device, to: group ?? addressed(to, account), group, encs })
      }
    },
    dispose() {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

/** A receipt names its sender in the form that the message used: phone number or LID. */
function addressed(to: string, account: { pn: string; lid: string } | undefined): string {
  if (!account) return to
  return to.endsWith('@lid') ? account.lid : account.pn
}
