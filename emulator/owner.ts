import type { Contact } from './contact.ts'
import { EmulatorError } from './errors.ts'
import type { Group } from './group.ts'
import { createHandset, type Handset } from './handset.ts'
import { type HistoryOptions, historyMessage, type PastChat } from './history.ts'
import type { Inbox } from './inbox.ts'
import { createLinkedDevice, type LinkedDevice } from './linked-device.ts'
import { type Said, type SayOptions, textMessage } from './message.ts'
import { type PairingClient, pairSuccessNode, parseQr } from './pairing.ts'
import { answerCode } from './pairing-code.ts'
import type { WhatsAppServer } from './server.ts'
import { type Account, everyAccount, type World } from './world.ts'

/** A device of the owner that is not the program under test: the phone, or a second companion. */
export interface OwnDevice {
  readonly inbox: Inbox
  readonly lid: string
  say(to: Contact | Group, text: string, options?: SayOptions): Promise<Said>
}

/** The account's owner with the phone in hand. */
export interface Owner extends OwnDevice {
  readonly account: Account
  /** The device that was linked last, if it still is. */
  readonly device: LinkedDevice | undefined
  /** Points the camera at a code. `refreshed`: the server wants a new code shown. `ignored`: the code was an old one. */
  scan(qr: string): 'linked' | 'refreshed' | 'ignored'
  /** Types the code that the client shows. Rejects where it is wrong, or none was asked for. */
  enterCode(code: string): Promise<void>
  /** Ends the link from the phone's list of devices. */
  unlink(): void
  /** Another companion of the same account: a second bot, WhatsApp Web. */
  companion(): OwnDevice
  sendHistory(chats: PastChat[], options?: HistoryOptions): Promise<void>
}

const FIRST_COMPANION = 30
const CODE_ANSWER_MS = 10_000

export function createOwner(world: World, server: WhatsAppServer, account: Account, phone: Handset): Owner {
  let nextNumber = 1

  const newest = () => [...account.linked.values()].at(-1)
  const destination = (to: Contact | Group) => ('account' in to ? to.account : to)

  const ownDevice = (handset: Handset): OwnDevice => ({
    inbox: handset.inbox,
    lid: handset.lid,
    async say(to, text, options) {
      const target = destination(to)
      const said = await handset.post(textMessage(text, options), target, options)
      const readers = 'members' in target ? [...target.members] : [target]
      for (const reader of readers) {
        if (reader === account) continue
        for (const other of reader.handsets.values()) {
          other.show({
            id: said.id,
            text,
            quotedId: options?.quote?.id,
            chat: 'members' in target ? target.jid : account.lid,
            from: handset.lid,
            at: performance.now(),
            sentTo: undefined,
            message: said.message,
          })
        }
      }
      return said
    },
  })

  const link = (client: PairingClient, code: { identity: Buffer; advSecret: string }) => {
    const number = nextNumber++
    const device = createLinkedDevice(world, account, number, client.registration)
    account.linked.set(number, device)
    client.connection.send(pairSuccessNode(phone, code, device, world.now()))
  }

  return {
    ...ownDevice(phone),
    account,
    get device() {
      return newest()
    },

    scan(qr) {
      const code = parseQr(qr)
      const client = [...server.pairing].find(({ refs }) => refs.includes(code.ref))
      if (!client) throw new EmulatorError('qr-unknown', 'No client that is connected now shows this QR code.')
      if (client.retiredSecrets.has(code.advSecret)) return 'ignored'
      if (world.faults.takeRefreshAtScan()) {
        client.retiredSecrets.add(code.advSecret)
        server.askForFreshCode(client)
        return 'refreshed'
      }
      link(client, code)
      return 'linked'
    },

    async enterCode(typed) {
      const client = [...server.pairing].find(({ codeRequest }) => codeRequest?.jid === account.pn)
      if (!client?.codeRequest) throw new EmulatorError('code-unasked', 'No client asked to be linked by a code.')
      const code = typed.replace(/[^a-z0-9]/gi, '').toUpperCase()
      const answer = await answerCode(client.codeRequest, code, phone.signal.identity, world.now())
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new EmulatorError('timeout', 'The client did not answer the code that was typed.'))
        }, CODE_ANSWER_MS)
        client.onCodeAnswered = (iq) => {
          clearTimeout(timer)
          try {
            link(client, answer.finish(iq))
            resolve()
          } catch (error) {
            reject(error)
          }
        }
        client.connection.send(answer.notification)
      })
    },

    unlink() {
      const device = newest()
      if (!device) throw new EmulatorError('not-linked', 'No device is linked to this account.')
      server.unlink(device)
    },

    companion() {
      const number = FIRST_COMPANION + account.handsets.size
      const handset = createHandset(world, account, number)
      account.handsets.set(number, handset)
      return ownDevice(handset)
    },

    async sendHistory(chats, options = {}) {
      const device = newest()
      if (!device) throw new EmulatorError('not-linked', 'History goes to a linked device, and there is none.')
      const known = everyAccount(world).filter((one) => one !== account)
      await phone.postPeer(device, historyMessage(account, chats, known, options))
    },
  }
}
