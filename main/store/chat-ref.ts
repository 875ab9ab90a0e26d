/** A chat, as far as most of the program needs to know it. */
export interface ChatRef {
  id: number
  /** The label: `chats.chat_jid`. */
  jid: string
}
