import { type BinaryNode, jidDecode } from '@whiskeysockets/baileys'
import type { Counters } from './counters.ts'
import { EmulatorError } from './errors.ts'
import type { Faults } from './faults.ts'
import type { Group } from './group.ts'
import type { Handset } from './handset.ts'
import type { LinkedDevice } from './linked-device.ts'
import type { KeyBundle } from './signal-device.ts'

/** One WhatsApp account: a contact's, or the one that the program under test is linked to. */
export interface Account {
  readonly name: string
  /** Phone JID, without a device. */
  readonly pn: string
  /** LID, without a device. */
  readonly lid: string
  /** Devices whose keys live in the emulator: 0 is the phone. */
  readonly handsets: Map<number, Handset>
  /** Devices that connect over the socket: the program under test. */
  readonly linked: Map<number, LinkedDevice>
}

/** Everything that the server knows, and what its parts share. */
export interface World {
  readonly accounts: Map<string, Account>
  readonly groups: Map<string, Group>
  readonly faults: Faults
  readonly counters: Counters
  readonly keep: number
  /** The server's clock, ms since 1970. */
  now(): number
  report(error: unknown): void
}

export const userOf = (jid: string): string => jidDecode(jid)?.user ?? jid
export const deviceOf = (jid: string): number => jidDecode(jid)?.device ?? 0
/** A LID or phone JID with its device number, which 0 never shows. */
export const deviceJid = (jid: string, device: number): string => (device === 0 ? jid : jid.replace('@', `:${device}@`))

export function addAccount(world: World, { name, pn, lid }: { name: string; pn: string; lid: string }): Account {
  const account: Account = {
    name,
    pn: `${pn}@s.whatsapp.net`,
    lid: `${lid}@lid`,
    handsets: new Map(),
    linked: new Map(),
  }
  for (const user of [pn, lid]) {
    if (world.accounts.has(user)) throw new EmulatorError('name-taken', `Two accounts cannot share ${user}.`)
    world.accounts.set(user, account)
  }
  return account
}

export const accountOf = (world: World, jid: string): Account | undefined => world.accounts.get(userOf(jid))
export const everyAccount = (world: World): Account[] => [...new Set(world.accounts.values())]

/** The keys with which a session to that device opens; takes one of its one-time pre-keys. */
export async function bundleOf(world: World, jid: string): Promise<KeyBundle | undefined> {
  const account = accountOf(world, jid)
  const number = deviceOf(jid)
  return account?.handsets.get(number)?.signal.bundle() ?? account?.linked.get(number)?.takeBundle()
}

export const seconds = (ms: number): string => String(Math.floor(ms / 1000))

export function child(node: BinaryNode | undefined, tag: string): BinaryNode | undefined {
  return children(node).find((one) => one.tag === tag)
}
export function children(node: BinaryNode | undefined, tag?: string): BinaryNode[] {
  if (!Array.isArray(node?.content)) return []
  return tag === undefined ? node.content : node.content.filter((one) => one.tag === tag)
}
export function bytesOf(node: BinaryNode | undefined): Buffer {
  if (node?.content instanceof Uint8Array) return Buffer.from(node.content)
  if (typeof node?.content === 'string') return Buffer.from(node.content)
  throw new Error(`<${node?.tag ?? 'nothing'}> holds no bytes.`)
}
