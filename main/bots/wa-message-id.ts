import { createHash } from 'node:crypto'

export interface AnswerKey {
  /** JIDs, not row ids: those change when a file is restored. */
  account: string
  chat: string
  sender: string
  inboundId: string
  bot: string
  chunk: number
  /** 0, and one more for each retry by hand. */
  attempt: number
}

/**
 * The WhatsApp message id of one chunk: the same question, bot and attempt give the same id, whatever crashed in between, and
 * recipients drop an id that they have seen. It has the shape of WhatsApp Web's own: 3EB0 and 18 hexadecimal digits.
 */
export function waMessageId(key: AnswerKey): string {
  const parts = [key.account, key.chat, key.sender, key.inboundId, key.bot, key.chunk, key.attempt]
  return `3EB0${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 18).toUpperCase()}`
}
