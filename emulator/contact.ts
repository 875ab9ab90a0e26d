import type { proto } from '@whiskeysockets/baileys'
import type { Group } from './group.ts'
import type { Handset } from './handset.ts'
import type { Inbox } from './inbox.ts'
import type { MediaStore } from './media.ts'
import { type Said, type SayOptions, textMessage } from './message.ts'
import type { Account } from './world.ts'

export interface ContactOptions {
  name: string
  /** Digits of the phone number, with country code. */
  pn: string
  /** Digits of the LID. */
  lid: string
}

/** Somebody with a phone, who writes to the owner's account and to groups, and reads what comes back. */
export interface Contact {
  readonly name: string
  readonly pn: string
  readonly lid: string
  readonly account: Account
  readonly inbox: Inbox
  say(text: string, options?: SayOptions): Promise<Said>
  sayIn(group: Group, text: string, options?: SayOptions): Promise<Said>
  /** Any message content: reactions, locations, protocol messages. */
  send(message: proto.IMessage, options?: MediaOptions): Promise<Said>
  image(file: Uint8Array, options?: MediaOptions): Promise<Said>
  voice(file: Uint8Array, options?: MediaOptions & { seconds?: number }): Promise<Said>
  next: Inbox['next']
  /** The next `count` messages cannot be read at first: asked for again, as real phones do. */
  failNext(count: number): void
  /** False: never asks for a resend. */
  asksForResends(on: boolean): void
  /** Old clients address by phone number. */
  addressBy(mode: 'lid' | 'pn'): void
}
export interface MediaOptions extends SayOptions {
  in?: Group
  caption?: string
  mimetype?: string
  /** What the message claims as the file's length, where it is to be a lie. */
  claimedLength?: number
}

export function createContact(handset: Handset, owner: () => Account, media: MediaStore): Contact {
  const { account, inbox } = handset
  return {
    name: account.name,
    pn: account.pn,
    lid: account.lid,
    account,
    inbox,
    say: (text, options) => handset.post(textMessage(text, options), owner(), options),
    sayIn: (group, text, options) => handset.post(textMessage(text, options), group, options),
    send: (message, options) => handset.post(message, options?.in ?? owner(), options),
    image: (file, options = {}) => {
      const stored = media.put(file, 'Image')
      const imageMessage = {
        ...stored,
        fileLength: options.claimedLength ?? stored.fileLength,
        mimetype: options.mimetype ?? 'image/jpeg',
        ...(options.caption === undefined ? {} : { caption: options.caption }),
      }
      return handset.post({ imageMessage }, options.in ?? owner(), { ...options, type: 'media' })
    },
    voice: (file, options = {}) => {
      const stored = media.put(file, 'Audio')
      const audioMessage = {
        ...stored,
        fileLength: options.claimedLength ?? stored.fileLength,
        mimetype: options.mimetype ?? 'audio/ogg; codecs=opus',
        ptt: true,
        seconds: options.seconds ?? 3,
      }
      return handset.post({ audioMessage }, options.in ?? owner(), { ...options, type: 'media' })
    },
    next: inbox.next,
    failNext: handset.failNext,
    asksForResends: handset.setAsksForResends,
    addressBy: handset.setAddressing,
  }
}
