import { randomBytes } from 'node:crypto'
import { aesEncryptGCM, type BinaryNode, hkdf, proto } from '@whiskeysockets/baileys'
import { child, seconds } from './world.ts'

/** The file is no longer on the phone either. */
const NOT_FOUND = '2'

/**
 * The phone's answer to `<receipt type=server-error>`, by which a companion asks it to upload a file again: where the file lies
 * now, sealed with a key that only holders of the media key derive; or that it is gone.
 */
export function mediaRetryAnswer(
  request: BinaryNode,
  file: { mediaKey: Uint8Array; directPath: string } | undefined,
  time: number,
): BinaryNode {
  const id = request.attrs.id ?? ''
  const rmr = child(request, 'rmr')
  const content: BinaryNode[] = rmr ? [rmr] : []
  if (file) {
    const key = hkdf(Buffer.from(file.mediaKey), 32, { info: 'WhatsApp Media Retry Notification' })
    const iv = randomBytes(12)
    const result = proto.MediaRetryNotification.ResultType.SUCCESS
    const plain = proto.MediaRetryNotification.encode({ stanzaId: id, directPath: file.directPath, result }).finish()
    const sealed = aesEncryptGCM(plain, key, iv, Buffer.from(id))
    content.push({
      tag: 'encrypt',
      attrs: {},
      content: [
        { tag: 'enc_p', attrs: {}, content: sealed },
        { tag: 'enc_iv', attrs: {}, content: iv },
      ],
    })
  } else {
    content.push({ tag: 'error', attrs: { code: NOT_FOUND } })
  }
  return {
    tag: 'notification',
    attrs: { from: request.attrs.to ?? '', type: 'mediaretry', id, t: seconds(time) },
    content,
  }
}
