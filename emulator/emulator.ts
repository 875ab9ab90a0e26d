import { randomInt } from 'node:crypto'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { type Contact, type ContactOptions, createContact } from './contact.ts'
import { createCounters } from './counters.ts'
import { EmulatorError } from './errors.ts'
import { createFaultPanel } from './fault-panel.ts'
import { createFaults } from './faults.ts'
import type { Group } from './group.ts'
import { createHandset, type Handset } from './handset.ts'
import type { LinkedDevice } from './linked-device.ts'
import { createMediaStore } from './media.ts'
import { generateServerKeys } from './noise.ts'
import { createOwner, type Owner } from './owner.ts'
import { quietSignal } from './quiet-signal.ts'
import { createWhatsAppServer } from './server.ts'
import { createSignalCheck } from './signal-check.ts'
import { type Account, addAccount, type World } from './world.ts'

export interface EmulatorOptions {
  /** Who the program under test is linked to. */
  owner?: ContactOptions
  /** Messages that each inbox keeps (10,000); 0 keeps none, for long runs. */
  keep?: number
  /** TCP port on 127.0.0.1; a free one where absent. */
  port?: number
  /** False: a new companion gets no history, and Baileys waits 20 s for it. */
  history?: boolean
}

export interface GroupOptions {
  subject: string
  members: Contact[]
  /** Digits before `@g.us`. */
  id?: string
}

const OWNER: ContactOptions = { name: 'Olivia', pn: '15550000001', lid: '900000001' }

/** A WhatsApp server on loopback that speaks the real protocol, and the people at its other end. */
export async function createEmulator(options: EmulatorOptions = {}) {
  const counters = createCounters()
  const faults = createFaults()
  const errors: unknown[] = []
  const online = new Set<(device: LinkedDevice) => void>()
  const nodes = new Set<(node: BinaryNode) => void>()
  let clockOffset = 0
  let port = 0

  const world: World = {
    accounts: new Map(),
    groups: new Map(),
    faults,
    counters,
    keep: options.keep ?? 10_000,
    now: () => Date.now() + clockOffset,
    report: (error) => {
      // Bounded: a client that sends nonsense in a loop must not fill the memory.
      if (errors.length < 100) errors.push(error)
    },
  }

  const restoreConsole = quietSignal()
  const keys = generateServerKeys()
  const signal = createSignalCheck()
  const media = createMediaStore(
    () => `http://127.0.0.1:${port}`,
    () => faults.mediaStatus(),
  )
  const server = createWhatsAppServer(world, keys, signal, media, {
    onOnline(device, first) {
      for (const listener of [...online]) listener(device)
      if (first && options.history !== false) {
        owner.sendHistory([]).catch((error: unknown) => world.report(error))
      }
    },
    onNode(node) {
      for (const listener of [...nodes]) listener(node)
    },
  })

  const withPhone = (one: ContactOptions): { account: Account; phone: Handset } => {
    const account = addAccount(world, one)
    const phone = createHandset(world, account, 0)
    account.handsets.set(0, phone)
    return { account, phone }
  }
  const own = withPhone(options.owner ?? OWNER)
  const owner: Owner = createOwner(world, server, own.account, own.phone)

  port = (await server.listen(options.port ?? 0)).port

  return {
    /** What `WHATSLANG_EMULATOR_URL` takes. */
    url: `ws://127.0.0.1:${port}/ws/chat`,
    /** Public half of the key that signs the server's certificates. Baileys accepts any; one that checks needs this. */
    rootKey: keys.root.public,
    owner,
    faults: createFaultPanel(world, faults, server, () => owner.device),
    counters,
    signal,
    /** What went wrong inside the emulator: empty in a good run. */
    errors: errors as readonly unknown[],

    contact(one: ContactOptions): Contact {
      const { account: _account, phone } = withPhone(one)
      return createContact(phone, () => own.account, media)
    },

    group({ subject, members, id }: GroupOptions): Group {
      const jid = `${id ?? `1203630${randomInt(10 ** 11, 10 ** 12)}`}@g.us`
      const group: Group = {
        jid,
        subject,
        members: new Set([own.account, ...members.map(({ account }) => account)]),
        createdAt: Math.floor(world.now() / 1000) - 86_400,
      }
      world.groups.set(jid, group)
      return group
    },

    /** The server's clock runs this many milliseconds ahead of the machine's. */
    setClockOffset(ms: number) {
      clockOffset = ms
    },

    /** Resolves at the next completed login, or now where a device is online. */
    online(ms = 10_000): Promise<LinkedDevice> {
      const there = owner.device
      if (there?.online) return Promise.resolve(there)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          online.delete(listener)
          reject(new EmulatorError('timeout', `No device came online within ${ms} ms.`))
        }, ms)
        const listener = (device: LinkedDevice) => {
          clearTimeout(timer)
          online.delete(listener)
          resolve(device)
        }
        online.add(listener)
      })
    },
    /** Calls `listener` for every stanza of the program under test. Returns the unsubscriber. */
    onStanza(listener: (node: BinaryNode) => void): () => void {
      nodes.add(listener)
      return () => nodes.delete(listener)
    },

    async close(): Promise<void> {
      await server.close()
      for (const account of world.accounts.values()) for (const handset of account.handsets.values()) handset.dispose()
      media.clear()
      restoreConsole()
    },
  }
}
export type Emulator = Awaited<ReturnType<typeof createEmulator>>
