import { createCipheriv, createHmac, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { hkdf, sha256 } from '@whiskeysockets/baileys'
import { dropOldest } from './bounded.ts'

export type MediaKind = 'Image' | 'Audio' | 'Document' | 'Video'

/** What a message says about an encrypted file on the media server. */
export interface StoredMedia {
  url: string
  directPath: string
  mediaKey: Buffer
  fileSha256: Buffer
  fileEncSha256: Buffer
  fileLength: number
}

/** Newest so many files stay. */
const REMEMBERED = 1_000
const newPath = () => `/media/${randomBytes(12).toString('hex')}`

/** Encrypted files over plain HTTP on loopback. `status` overrides the answer: 404 and 410 are what expired media give. */
export function createMediaStore(base: () => string, status: () => number | undefined) {
  const files = new Map<string, Buffer>()
  /** Which message holds which file, for those who ask for it again. */
  const byMessage = new Map<string, { stored: StoredMedia; path: string }>()
  return {
    put(plain: Uint8Array, kind: MediaKind): StoredMedia {
      const mediaKey = randomBytes(32)
      const encrypted = encryptMedia(plain, mediaKey, kind)
      const path = newPath()
      files.set(path, encrypted)
      dropOldest(files, REMEMBERED)
      return {
        url: `${base()}${path}`,
        // A direct path would be looked up at WhatsApp's own host.
        directPath: '',
        mediaKey,
        fileSha256: sha256(Buffer.from(plain)),
        fileEncSha256: sha256(encrypted),
        fileLength: plain.byteLength,
      }
    },
    attach(messageId: string, stored: StoredMedia): void {
      byMessage.set(messageId, { stored, path: new URL(stored.url).pathname })
      dropOldest(byMessage, REMEMBERED)
    },
    /** The phone uploads a message's file again, to another place. Undefined where it no longer has it. */
    reupload(messageId: string): { mediaKey: Buffer; directPath: string } | undefined {
      const known = byMessage.get(messageId)
      const file = known && files.get(known.path)
      if (!known || !file) return undefined
      const directPath = newPath()
      files.set(directPath, file)
      return { mediaKey: known.stored.mediaKey, directPath }
    },
    /** The phone deletes a message's file: it can neither be downloaded nor uploaded again. */
    forget(messageId: string): void {
      const known = byMessage.get(messageId)
      if (known) files.delete(known.path)
    },
    serve(request: IncomingMessage, response: ServerResponse): void {
      const file = files.get(request.url ?? '')
      const forced = status()
      if (!file || forced !== undefined) response.writeHead(forced ?? 404).end()
      else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file)
    },
    clear: () => files.clear(),
  }
}
export type MediaStore = ReturnType<typeof createMediaStore>

/** AES-256-CBC, then ten bytes of HMAC-SHA256 over IV and ciphertext; keys from the media key by HKDF. */
export function encryptMedia(plain: Uint8Array, mediaKey: Uint8Array, kind: MediaKind): Buffer {
  const expanded = Buffer.from(hkdf(Buffer.from(mediaKey), 112, { info: `WhatsApp ${kind} Keys` }))
  const iv = expanded.subarray(0, 16)
  const cipher = createCipheriv('aes-256-cbc', expanded.subarray(16, 48), iv)
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()])
  const mac = createHmac('sha256', expanded.subarray(48, 80)).update(iv).update(ciphertext).digest()
  return Buffer.concat([ciphertext, mac.subarray(0, 10)])
}
