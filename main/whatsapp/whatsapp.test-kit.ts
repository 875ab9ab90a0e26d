import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupMetadata } from '@whiskeysockets/baileys'
import { pino } from 'pino'
import { createEmulator, type Emulator } from '../../emulator/index.ts'
import { createPause } from '../pause/pause.ts'
import type { InboundMessage } from '../store/inbound.ts'
import { createWhatsApp, type HistoryChunk, type Revision, type SentText, type WhatsAppDeps } from './index.ts'

/** A linked device on an emulator, with a store that is a list. */
export function createRig(emulator: Emulator, overrides: Partial<WhatsAppDeps> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'whatslang-wa-'))
  const logged: string[] = []
  const sent = new Map<string, SentText>()
  const rig = {
    folder,
    sessionPath: join(folder, 'session.db'),
    messages: [] as InboundMessage[],
    history: [] as HistoryChunk[],
    revisions: [] as Revision[],
    mappings: new Map<string, string>(),
    groups: new Map<string, GroupMetadata>(),
    accounts: [] as string[],
    unlinked: [] as number[],
    acks: [] as { waMessageId: string; error?: string }[],
    states: [] as string[],
    logged,
    sent,
    /** Set: the store refuses everything with it. */
    refuse: undefined as Error | undefined,
    /** Of the program that runs: a new start has a new one. */
    pause: createPause({ clock: { now: () => Date.now() } }),
    wa: undefined as unknown as ReturnType<typeof createWhatsApp>,
    start(more: Changes = {}) {
      const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) })
      const { onMessages: _ours, emulatorUrl: _address, ...rest } = more
      const address = 'emulatorUrl' in more ? more.emulatorUrl : emulator.url
      rig.pause.dispose()
      rig.pause = createPause({ clock: { now: () => Date.now() } })
      const wa = createWhatsApp({
        pause: rig.pause,
        sessionPath: rig.sessionPath,
        clock: { now: () => Date.now(), monotonic: () => performance.now() },
        log,
        onAccount: ({ jid }) => {
          if (!rig.accounts.includes(jid)) rig.accounts.push(jid)
          return rig.accounts.indexOf(jid) + 1
        },
        onUnlinked: (id) => void rig.unlinked.push(id),
        onMessages: (batch) => {
          if (rig.refuse) throw rig.refuse
          for (const message of batch) {
            const same = (one: InboundMessage) =>
              one.messageId === message.messageId &&
              one.chatJid === message.chatJid &&
              one.senderJid === message.senderJid
            const at = rig.messages.findIndex(same)
            if (at < 0) rig.messages.push(message)
            else if (rig.messages[at]?.kind === 'undecryptable') rig.messages[at] = message
          }
          more.onMessages?.(batch)
        },
        onHistory: (chunk) => {
          if (rig.refuse) throw rig.refuse
          rig.history.push(chunk)
        },
        onRevision: (revision) => {
          rig.revisions.push(revision)
          return rig.messages.some(
            ({ messageId, kind }) => messageId === revision.messageId && kind !== 'undecryptable',
          )
        },
        onMapping: (_account, pn, lid) => void rig.mappings.set(pn, lid),
        onGroup: (_account, group) => void rig.groups.set(group.id, group),
        groupMetadata: (jid) => rig.groups.get(jid),
        isOwnMessage: (id) => sent.has(id),
        sentText: (id) => sent.get(id),
        ...overrides,
        ...rest,
        ...(address ? { emulatorUrl: address } : {}),
        timing: { backoffFirst: 50, catchUpSilence: 1500, redeliverEvery: 100, ...overrides.timing, ...more.timing },
      })
      rig.wa = wa
      wa.onChange(({ state }) => {
        if (rig.states.at(-1) !== state) rig.states.push(state)
      })
      wa.outbound.onAck((ack) => void rig.acks.push(ack))
      return wa
    },
    /** Connects, and scans the code when there is one. */
    async open() {
      const off = rig.wa.onChange(({ qr }) => {
        if (qr) emulator.owner.scan(qr)
      })
      await rig.wa.connect()
      await until(() => rig.wa.session().state === 'open', 'the session to open')
      off()
      return rig.wa
    },
    async answer(to: { chatJid: string; raw?: Uint8Array }, text: string, id: string) {
      sent.set(id, { chatJid: to.chatJid, text, ...(to.raw ? { quoted: to.raw } : {}) })
      await rig.wa.outbound.send({ waMessageId: id, chatJid: to.chatJid, text, ...(to.raw ? { quoted: to.raw } : {}) })
    },
    texts: () => rig.messages.filter(({ origin }) => origin !== 'own').map(({ text }) => text),
    async close() {
      await rig.wa?.dispose()
      rig.pause.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return rig
}
export type Rig = ReturnType<typeof createRig>

/** `emulatorUrl: undefined`: the real WhatsApp. */
type Changes = Partial<Omit<WhatsAppDeps, 'emulatorUrl'>> & { emulatorUrl?: string | undefined }

export async function until(done: () => boolean, what: string, ms = 10_000): Promise<void> {
  const end = Date.now() + ms
  while (!done()) {
    if (Date.now() > end) throw new Error(`Timed out waiting for ${what}.`)
    await sleep(10)
  }
}

export const startEmulator = (options: Parameters<typeof createEmulator>[0] = {}) =>
  createEmulator({ history: false, ...options })
