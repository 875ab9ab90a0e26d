import type { StoreContext } from './context.ts'
import { StoreError } from './errors.ts'
import { readCount, readId, readInstant, readJson, readText } from './read-column.ts'

/** Why Whatslang itself switched an assignment off. */
export interface Stopped {
  code: string
  /** ms since 1970 */
  at: number
  by?: string
}

/** Settings that lost to those in force when two chats turned out to be one. */
export interface Superseded {
  enabled: boolean
  answerOwnerMessages: boolean
  contextMessageCount: number
  /** ms since 1970 */
  updatedAt: number
}

export interface StoredAssignment {
  id: number
  bot: string
  chatId: number
  enabled: boolean
  answerOwnerMessages: boolean
  contextMessageCount: number
  responseChatId: number | null
  responseChatJid: string | null
  /** The only account under which it answers. */
  sourceAccountId: number | null
  targetAccountId: number | null
  /** Only messages with a greater id are answered. */
  afterMessage: number
  stopped: Stopped | null
  superseded: Superseded[]
  wasEnabled: boolean
  updatedAt: number
}
export interface AssignmentPatch {
  enabled?: boolean
  answerOwnerMessages?: boolean
  contextMessageCount?: number
  responseChatId?: number | null
  targetAccountId?: number | null
}
export interface AssignmentRow {
  id: number
  bot_name: string
  chat_id: number
  enabled: number
  answer_owner_messages: number
  context_message_count: number
  response_chat_id: number | null
  response_chat_jid: string | null
  source_account_id: number | null
  target_account_id: number | null
  after_message: number
  stopped_reason: string | null
  superseded: string | null
  was_enabled: number
  updated_at: number
}

export const ASSIGNMENT_COLUMNS = `a.id, a.bot_name, a.chat_id, a.enabled, a.answer_owner_messages, a.context_message_count,
  a.response_chat_id, (SELECT chat_jid FROM chats WHERE id = a.response_chat_id) AS response_chat_jid, a.source_account_id,
  a.target_account_id, a.after_message, a.stopped_reason, a.superseded, a.was_enabled, a.updated_at`

function parseStopped(json: string | null): Stopped | null {
  const value = readJson(json)
  if (typeof value !== 'object' || value === null || !('code' in value) || !('at' in value)) return null
  const stopped: Stopped = { code: readText(value.code) ?? '', at: readInstant(value.at) ?? 0 }
  if ('by' in value && typeof value.by === 'string') stopped.by = value.by
  return stopped
}
function parseSuperseded(json: string | null): Superseded[] {
  const list = readJson(json)
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return []
    const number = (name: string) => readCount(Number(Reflect.get(entry, name) ?? 0))
    return {
      enabled: number('enabled') === 1,
      answerOwnerMessages: number('answer_owner_messages') !== 0,
      contextMessageCount: number('context_message_count'),
      updatedAt: number('updated_at'),
    }
  })
}
/** What cannot be read answers nothing old. */
const readAfter = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : Number.MAX_SAFE_INTEGER

export const viewAssignment = (row: AssignmentRow): StoredAssignment => ({
  id: row.id,
  bot: readText(row.bot_name) ?? '',
  chatId: row.chat_id,
  enabled: row.enabled === 1,
  answerOwnerMessages: row.answer_owner_messages !== 0,
  contextMessageCount: readCount(row.context_message_count),
  responseChatId: readId(row.response_chat_id),
  responseChatJid: readText(row.response_chat_jid),
  sourceAccountId: readId(row.source_account_id),
  targetAccountId: readId(row.target_account_id),
  afterMessage: readAfter(row.after_message),
  stopped: parseStopped(row.stopped_reason),
  superseded: parseSuperseded(row.superseded),
  wasEnabled: row.was_enabled === 1,
  updatedAt: readInstant(row.updated_at) ?? 0,
})

/** What a decision needs to know of an assignment that is on. */
export type ActiveAssignment = Pick<
  StoredAssignment,
  'bot' | 'afterMessage' | 'answerOwnerMessages' | 'sourceAccountId'
>

/** Which bots are assigned to which chats. One answers only under the account that switched it on. */
export function createAssignments({ db, clock, transaction, emit }: StoreContext) {
  const select = `SELECT ${ASSIGNMENT_COLUMNS} FROM bot_chat_assignments a`
  const one = db.prepare<[number, string], AssignmentRow>(`${select} WHERE a.chat_id = ? AND a.bot_name = ?`)
  const ofChat = db.prepare<[number], AssignmentRow>(`${select} WHERE a.chat_id = ? ORDER BY a.bot_name`)
  const ofBot = db.prepare<[string], AssignmentRow>(`${select} WHERE a.bot_name = ? ORDER BY a.id`)
  const all = db.prepare<[], AssignmentRow>(`${select} ORDER BY a.chat_id, a.bot_name`)
  const answering = db.prepare<[number, number], AssignmentRow>(
    `${select} WHERE a.chat_id = ? AND a.enabled = 1 AND a.source_account_id = ? ORDER BY a.id`,
  )
  const active = db.prepare<
    [number],
    { bot: string; afterMessage: number; own: number; sourceAccountId: number | null }
  >(
    `SELECT bot_name AS bot, after_message AS afterMessage, answer_owner_messages AS own, source_account_id AS sourceAccountId
     FROM bot_chat_assignments WHERE chat_id = ? AND enabled = 1`,
  )
  const imported = db.prepare<[], AssignmentRow>(`${select} WHERE a.was_enabled = 1 AND a.enabled = 0 ORDER BY a.id`)
  const insert = db.prepare(
    'INSERT INTO bot_chat_assignments (bot_name, chat_id, enabled, created_at, updated_at) VALUES (?, ?, 0, ?, ?)',
  )
  const update = db.prepare(
    `UPDATE bot_chat_assignments SET enabled = @enabled, answer_owner_messages = @answerOwnerMessages,
       context_message_count = @contextMessageCount, response_chat_id = @responseChatId, source_account_id = @sourceAccountId,
       target_account_id = @targetAccountId, after_message = @afterMessage, stopped_reason = @stopped, was_enabled = @wasEnabled,
       updated_at = @updatedAt WHERE id = @id`,
  )
  const remove = db.prepare('DELETE FROM bot_chat_assignments WHERE chat_id = ? AND bot_name = ?')
  // The greatest id ever given, also where its row is gone: ids are never used again.
  const newestMessage = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'messages'").pluck()
  const jidOf = db.prepare<[number], string>('SELECT chat_jid FROM chats WHERE id = ?').pluck()

  function write(next: StoredAssignment): StoredAssignment {
    update.run({
      id: next.id,
      enabled: next.enabled ? 1 : 0,
      answerOwnerMessages: next.answerOwnerMessages ? 1 : 0,
      contextMessageCount: next.contextMessageCount,
      responseChatId: next.responseChatId,
      sourceAccountId: next.sourceAccountId,
      targetAccountId: next.targetAccountId,
      afterMessage: next.afterMessage,
      stopped: next.stopped && JSON.stringify(next.stopped),
      wasEnabled: next.wasEnabled ? 1 : 0,
      updatedAt: clock.now(),
    })
    emit({ type: 'chat', jid: jidOf.get(next.chatId) ?? '' })
    emit({ type: 'bots' })
    return get(next.chatId, next.bot) ?? next
  }
  function get(chatId: number, bot: string): StoredAssignment | undefined {
    const row = one.get(chatId, bot)
    return row && viewAssignment(row)
  }

  /** `accountId`: the linked account; null where none is (the next one that links takes it over). */
  function set(chatId: number, bot: string, patch: AssignmentPatch, accountId: number | null): StoredAssignment {
    return transaction(() => {
      if (jidOf.get(chatId) === undefined) {
        throw new StoreError('not-found', db.name, 'This chat is not there any more. Reload the list.')
      }
      if (!one.get(chatId, bot)) insert.run(bot, chatId, clock.now(), clock.now())
      const before = get(chatId, bot)
      if (!before) throw new Error('An assignment vanished inside its own transaction.')
      const next: StoredAssignment = { ...before, ...patch }
      if (patch.enabled === true && (!before.enabled || before.sourceAccountId !== accountId)) {
        next.sourceAccountId = accountId
        next.afterMessage = readCount(newestMessage.get())
      }
      if (patch.enabled !== undefined) {
        next.stopped = null
        next.wasEnabled = false
      }
      return write(next)
    })
  }

  return {
    get,
    set,
    ofChat: (chatId: number): StoredAssignment[] => ofChat.all(chatId).map(viewAssignment),
    /** Those that are on, in little: read for each message that comes. */
    activeIn: (chatId: number): ActiveAssignment[] =>
      active.all(chatId).map((row) => ({
        bot: readText(row.bot) ?? '',
        afterMessage: readAfter(row.afterMessage),
        answerOwnerMessages: row.own !== 0,
        sourceAccountId: readId(row.sourceAccountId),
      })),
    ofBot: (bot: string): StoredAssignment[] => ofBot.all(bot).map(viewAssignment),
    list: (): StoredAssignment[] => all.all().map(viewAssignment),
    /** What may answer in this chat while this account is linked. */
    answering: (chatId: number, accountId: number): StoredAssignment[] =>
      answering.all(chatId, accountId).map(viewAssignment),
    /** Whatslang switches it off by itself and says why. Returns whether it was on. */
    stop(chatId: number, bot: string, reason: { code: string; by?: string }): boolean {
      return transaction(() => {
        const before = get(chatId, bot)
        if (!before?.enabled) return false
        write({ ...before, enabled: false, stopped: { ...reason, at: clock.now() } })
        return true
      })
    },
    remove(chatId: number, bot: string): boolean {
      return transaction(() => {
        const removed = remove.run(chatId, bot).changes > 0
        if (removed) {
          emit({ type: 'chat', jid: jidOf.get(chatId) ?? '' })
          emit({ type: 'bots' })
        }
        return removed
      })
    },
    /** Switches on what was on in the file it came from. Returns those that changed. */
    switchOnImported(accountId: number | null): StoredAssignment[] {
      return transaction(() =>
        imported.all().map((row) => set(row.chat_id, row.bot_name, { enabled: true }, accountId)),
      )
    },
    importedWaiting: (): number => imported.all().length,
  }
}
export type Assignments = ReturnType<typeof createAssignments>
