import type { proto } from '@whiskeysockets/baileys'
import type { Group } from './group.ts'
import type { Handset } from './handset.ts'
import type { Inbox } from './inbox.ts'
import type { MediaKind, MediaStore, StoredMedia } from './media.ts'
import { newMessageId, type Said, type SayOptions, textMessage } from './message.ts'
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
  /** The file of an own message is gone from the server and from the phone. */
  deleteFile(said: Said): void
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

  const postFile = async (
    file: Uint8Array,
    kind: MediaKind,
    mimetype: string,
    options: MediaOptions,
    message: (facts: StoredMedia & { mimetype: string }) => proto.IMessage,
  ) => {
    const stored = media.put(file, kind)
    const fileLength = options.claimedLength ?? stored.fileLength
    const content = message({ ...stored, fileLength, mimetype: options.mimetype ?? mimetype })
    const id = options.id ?? newMessageId()
    media.attach(id, stored)
    return handset.post(content, options.in ?? owner(), { ...options, id, type: 'media' })
  }

  return {
    name: account.name,
    pn: account.pn,
    lid: account.lid,
    account,
    inbox,
    say: (text, options) => handset.post(textMessage(text, options), owner(), options),
    sayIn: (group, text, options) => handset.post(textMessage(text, options), group, options),
    send: (message, options) => handset.post(message, options?.in ?? owner(), options),
    image: (file, options = {}) =>
      postFile(file, 'Image', 'image/jpeg', options, (facts) => ({
        imageMessage: { ...facts, ...(options.caption === undefined ? {} : { caption: options.caption }) },
      })),
    voice: (file, options = {}) =>
      postFile(file, 'Audio', 'audio/ogg; codecs=opus', options, (facts) => ({
        audioMessage: { ...facts, ptt: true, seconds: options.seconds ?? 3 },
      })),
    deleteFile: ({ id }) => media.forget(id),
    next: (filter, ms) => inbox.next(filter, ms),
    failNext: (count) => handset.failNext(count),
    asksForResends: (on) => handset.setAsksForResends(on),
    addressBy: (mode) => handset.setAddressing(mode),
  }
}
