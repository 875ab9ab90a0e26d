import { createHash } from 'node:crypto'
import {
  assertMediaContent,
  downloadContentFromMessage,
  type MediaType,
  normalizeMessageContent,
  type proto,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys'
import { statusOf } from './baileys-log.ts'
import { MediaError } from './errors.ts'
import { seconds } from './message.ts'
import { decode } from './outgoing.ts'

const limitOfRequest = 30_000

/**
 * Fetches and decrypts a message's media. Baileys checks neither size nor digest, and asks nobody for a new upload of
 * what the server dropped after two or three weeks: all three are done here, the last one once.
 */
export async function downloadMedia(
  sock: WASocket | undefined,
  raw: Uint8Array,
  limits: { maxBytes: number; signal?: AbortSignal },
): Promise<Uint8Array> {
  const message = decode(raw)
  const found = message ? mediaOf(message) : undefined
  if (!message || !found) throw new MediaError('no-media', 'This message has nothing to download.')
  const claimed = seconds(found.content.fileLength)
  if (claimed > limits.maxBytes) throw tooLarge(limits.maxBytes)
  try {
    return await fetchOnce(found, limits)
  } catch (error) {
    if (!isGone(error) || !sock) throw asMediaError(error)
  }
  try {
    const renewed = mediaOf(await withLimit(sock.updateMediaMessage(message)))
    if (!renewed) throw gone()
    return await fetchOnce(renewed, limits)
  } catch (error) {
    throw error instanceof MediaError ? error : gone(error)
  }
}

interface Media {
  type: MediaType
  content: proto.Message.IImageMessage
}

function mediaOf(message: WAMessage): Media | undefined {
  const content = normalizeMessageContent(message.message)
  const type: MediaType | undefined = content?.imageMessage
    ? 'image'
    : content?.audioMessage
      ? 'audio'
      : (content?.videoMessage ?? content?.ptvMessage)
        ? 'video'
        : content?.documentMessage
          ? 'document'
          : content?.stickerMessage
            ? 'sticker'
            : undefined
  return type ? { type, content: assertMediaContent(content) } : undefined
}

async function fetchOnce(media: Media, limits: { maxBytes: number; signal?: AbortSignal }): Promise<Uint8Array> {
  const stream = await downloadContentFromMessage(media.content, media.type, {
    options: { signal: limits.signal ?? AbortSignal.timeout(limitOfRequest) },
  })
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes > limits.maxBytes) {
      stream.destroy()
      throw tooLarge(limits.maxBytes)
    }
    chunks.push(chunk)
  }
  const whole = Buffer.concat(chunks)
  const expected = media.content.fileSha256
  if (expected?.length && !createHash('sha256').update(whole).digest().equals(expected)) {
    throw new MediaError('damaged', 'The file that arrived is not the one that was sent. Ask for it to be sent again.')
  }
  return whole
}

function withLimit<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(gone()), limitOfRequest)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}

const isGone = (error: unknown) => [403, 404, 410].includes(statusOf(error) ?? 0)

const gone = (cause?: unknown) =>
  new MediaError('gone', 'WhatsApp no longer has this file, and the phone did not bring it again.', { cause })

const tooLarge = (maxBytes: number) =>
  new MediaError('too-large', `The file is larger than ${Math.floor(maxBytes / 1_000_000)} MB and was not downloaded.`)

function asMediaError(error: unknown): MediaError {
  if (error instanceof MediaError) return error
  if (isGone(error)) return gone(error)
  return new MediaError('network', 'The file could not be downloaded. It is tried again with the next answer.', {
    cause: error,
  })
}
