import type { StoreContext } from './context.ts'
import { readText } from './read-column.ts'

interface Texts {
  ids: number[]
  /** All of them, one after the other; no term holds the character between two. */
  all: string
  /** Where the text of `ids[i]` begins; one more at the end. */
  starts: Uint32Array
}
/** Each part is read when somebody asks for it. */
interface Kept {
  version: number | undefined
  texts?: Texts
  groups?: number[]
  notDirect?: number[]
}

/**
 * What chats are found by: their names and addresses, folded. SQLite takes ten milliseconds to look through those of 50,000 chats, which is too
 * long for each letter that somebody types. So they are read once, as one long text (3 MB), and again after one of them has changed. So are the
 * ids of each type, which is in the address.
 */
export function createChatTexts({ db }: StoreContext) {
  const set = db.prepare(
    `INSERT INTO chat_search (chat_id, terms) VALUES (?, ?)
     ON CONFLICT (chat_id) DO UPDATE SET terms = excluded.terms WHERE terms IS NOT excluded.terms`,
  )
  // Two plain columns take a third of the time of pairs.
  const everyId = db.prepare<[], number>('SELECT chat_id FROM chat_search ORDER BY chat_id').pluck()
  const everyText = db.prepare<[], string>('SELECT terms FROM chat_search ORDER BY chat_id').pluck()
  const everyGroup = db.prepare<[], number>("SELECT id FROM chats WHERE chat_jid GLOB '*@g.us'").pluck()
  const everyOther = db
    .prepare<[], number>(
      "SELECT id FROM chats WHERE chat_jid NOT GLOB '*@s.whatsapp.net' AND chat_jid NOT GLOB '*@lid'",
    )
    .pluck()
  const version = db.prepare<[], number>('PRAGMA data_version').pluck()
  let kept: Kept | undefined

  function read(): Texts {
    const texts = everyText.all().map((text) => readText(text) ?? '')
    const starts = new Uint32Array(texts.length + 1)
    texts.forEach((text, index) => {
      starts[index + 1] = (starts[index] ?? 0) + text.length + 1
    })
    return { ids: everyId.all(), all: texts.join('\n'), starts }
  }
  function current(): Kept {
    const now = version.get()
    // What a transaction reads may still be rolled back, which no number tells.
    if (db.inTransaction) return { version: now }
    if (kept === undefined || kept.version !== now) kept = { version: now }
    return kept
  }

  return {
    set(chatId: number, text: string): void {
      if (set.run(chatId, text).changes > 0) kept = undefined
    },
    /** The ids of the chats whose text holds all terms; deleted ones may be among them. A term holds no white space. */
    find([first = '', ...others]: readonly string[]): number[] {
      const now = current()
      now.texts ??= read()
      const { ids, all, starts } = now.texts
      const found: number[] = []
      let index = 0
      for (let at = all.indexOf(first); at !== -1 && index < ids.length; at = all.indexOf(first, starts[index])) {
        while ((starts[index + 1] ?? Number.POSITIVE_INFINITY) <= at) index++
        const id = ids[index++]
        if (id === undefined) break
        const text = others.length > 0 ? all.slice(starts[index - 1], starts[index]) : ''
        if (others.every((term) => text.includes(term))) found.push(id)
      }
      return found
    },
    /** Deleted ones may be among them. */
    groups(): number[] {
      const now = current()
      now.groups ??= everyGroup.all()
      return now.groups
    },
    /** Groups, and whatever else is no chat with one person; deleted ones may be among them. */
    notDirect(): number[] {
      const now = current()
      now.notDirect ??= everyOther.all()
      return now.notDirect
    },
  }
}
export type ChatTexts = ReturnType<typeof createChatTexts>
