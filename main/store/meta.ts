import type { StoreContext } from './context.ts'
import { readText } from './read-column.ts'

/** Small facts of the file itself, by key. */
export function createMeta({ db, transaction }: StoreContext) {
  const get = db.prepare<[string], unknown>('SELECT value FROM meta WHERE key = ?').pluck()
  const set = db.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  )
  const remove = db.prepare('DELETE FROM meta WHERE key = ?')
  return {
    get(key: string): string | number | undefined {
      const value = get.get(key)
      return typeof value === 'number' ? value : (readText(value) ?? undefined)
    },
    /** Also of a number that was written as a text. */
    number(key: string): number | undefined {
      const value = get.get(key)
      if (typeof value === 'number') return value
      const text = readText(value)
      return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
    },
    text(key: string): string | undefined {
      const value = get.get(key)
      return typeof value === 'string' ? value : undefined
    },
    set(key: string, value: string | number): void {
      transaction(() => {
        set.run(key, value)
      })
    },
    delete(key: string): void {
      transaction(() => {
        remove.run(key)
      })
    },
  }
}
export type Meta = ReturnType<typeof createMeta>
