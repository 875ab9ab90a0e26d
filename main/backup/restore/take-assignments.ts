import type Database from 'better-sqlite3'
import { columnsOf, quoteName } from './reference.ts'

/**
 * The file is ours where both name the same installation (meta 'installation'), or where it names one of `own`; assignments of any other arrive switched
 * off. `file` and `live` are names of attached databases.
 */
export function isForeign(
  db: Database.Database,
  { file, live }: { file: string; live: string },
  own: readonly string[] = [],
): boolean {
  const read = (schema: string): unknown =>
    db.prepare(`SELECT value FROM ${schema}.meta WHERE key = 'installation'`).pluck().get()
  const theirs = read(file)
  return theirs === undefined || (theirs !== read(live) && !own.some((one) => one === theirs))
}

/** Ids of the assignments that were added or changed. */
export function takeAssignments(db: Database.Database, where: string, newerOnly: boolean): number[] {
  const columns = columnsOf(db, 'bot_chat_assignments').filter(
    (column) => !['id', 'chat_id', 'response_chat_id', 'source_account_id', 'target_account_id'].includes(column),
  )
  const list = columns.map(quoteName).join(', ')
  const theirs = columns.map((column) => `x.${quoteName(column)}`).join(', ')
  const mapped = 'response_chat_id, source_account_id, target_account_id'
  const sets = [...columns.filter((column) => column !== 'bot_name').map(quoteName), ...mapped.split(', ')]
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')
  return db
    .prepare<[], number>(
      `INSERT INTO main.bot_chat_assignments (chat_id, ${mapped}, ${list})
       SELECT c.ours, (SELECT ours FROM temp.chat WHERE theirs = x.response_chat_id), (SELECT ours FROM temp.account WHERE theirs = x.source_account_id),
         (SELECT ours FROM temp.account WHERE theirs = x.target_account_id), ${theirs}
       FROM other.bot_chat_assignments x JOIN temp.chat c ON c.theirs = x.chat_id WHERE ${where}
       ON CONFLICT (bot_name, chat_id) DO UPDATE SET ${sets} ${newerOnly ? 'WHERE excluded.updated_at > bot_chat_assignments.updated_at' : ''} RETURNING id`,
    )
    .pluck()
    .all()
}

/** Assignments from elsewhere wait for the one button (was_enabled), or keep their switches where the user says so. Returns how many wait. */
export function strangers(db: Database.Database, ids: string, switchOn: boolean): number {
  if (ids === '') return 0
  const set = switchOn ? 'enabled = 1, was_enabled = 0' : 'enabled = 0, was_enabled = 1'
  const sql = `UPDATE main.bot_chat_assignments SET ${set}, source_account_id = NULL WHERE (enabled <> 0 OR was_enabled <> 0) AND id IN (${ids})`
  const { changes } = db.prepare(sql).run()
  return switchOn ? 0 : changes
}

/** An assignment under an account that is not linked today waits for the one that is (the store adopts it when it connects). */
export function adoptAccounts(db: Database.Database): void {
  db.exec(
    'UPDATE main.bot_chat_assignments SET source_account_id = NULL WHERE source_account_id NOT IN (SELECT id FROM main.accounts WHERE linked_at IS NOT NULL AND unlinked_at IS NULL)',
  )
}
