/** A call about a bot or an answer that cannot be done as asked. The message says what to do instead. */
export class BotError extends Error {
  readonly code: 'not-found' | 'invalid' | 'conflict'
  /** What it is about: a bot's name, a field, a job's id. */
  readonly what: string
  constructor(code: BotError['code'], what: string, message: string) {
    super(message)
    this.name = 'BotError'
    this.code = code
    this.what = what
  }
}
