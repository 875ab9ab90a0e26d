import type { StoreContext } from './context.ts'

/** `meta` key of a message older than the last restore that changed since: its id stands behind. */
export const CHANGED_SINCE = 'changed_since:'

/** A restore that is taken back takes along what came since: this names what came for messages that were there before it. */
export function createChangedSince({ db }: StoreContext) {
  const note = db.prepare(
    `INSERT OR IGNORE INTO meta (key, value) SELECT '${CHANGED_SINCE}' || @id, @id
       WHERE @id <= (SELECT value FROM meta WHERE key = 'answer_after_message')`,
  )
  return {
    note(id: number): void {
      note.run({ id: BigInt(id) })
    },
  }
}
