/** What a bot can take. An image, video or document with a caption counts as text for a bot that takes text only. */
export type Handled = 'text' | 'image' | 'audio' | 'video'

/** One turn of a conversation, as a model reads it. */
export interface Turn {
  role: 'user' | 'assistant'
  text: string
}

export interface Prompt {
  system: string
  /** The conversation so far, oldest first; the last turn is the one to answer. */
  turns: readonly Turn[]
}

/** What a bot is given for one message. */
export interface BotRequest {
  text: string
  /** What was said before, oldest first: as many turns as the assignment asks for. */
  context: readonly Turn[]
  /** The sender's name where WhatsApp told it. */
  senderName: string | null
  /** Ends the run: switched off, deleted, quitting. */
  signal: AbortSignal
  /** Asks the configured model. Rejects with a ModelError, which a bot lets pass: the runner retries and reports. */
  ask(prompt: Prompt): Promise<string>
}

/**
 * A bot: what it is called, what it takes, and how it answers. `answer` returns null where there is nothing to say, and throws where
 * it failed: an error never becomes an answer. It must not send, store or remember anything itself; the pipeline does, once.
 */
export interface BotSpec {
  /** Its identity in the database: small letters, digits, underscores. Never changes. */
  readonly name: string
  readonly label: string
  /** One word of at most 16 letters; answers begin with it in brackets. Unique among all bots. */
  readonly prefix: string
  readonly description: string
  readonly origin: 'catalogue' | 'own'
  readonly needsModel: boolean
  readonly handles: readonly Handled[]
  readonly systemPrompt: string | null
  answer(request: BotRequest): Promise<string | null> | string | null
}
