import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Contents, EarlierContents, Entry } from './folder/contents.ts'
import { MOST_GAP } from './retention.ts'

export type { Entry } from './folder/contents.ts'

export interface CatalogueDeps {
  /** Writes it down; only ever called with one text at a time. */
  save(contents: Contents): Promise<void>
}

/** What this installation made in a folder and what became of it. The files themselves stay the truth: without this, they are read again. */
export function createCatalogue(deps: CatalogueDeps) {
  let contents = empty('')
  /** Until the folder has answered once, nothing is written over what may lie there. */
  let opened = false
  let writing: Promise<void> = Promise.resolve()

  const save = (): Promise<void> => {
    if (!opened) return Promise.resolve()
    const next = { ...contents, label: hostname(), mark: randomUUID() }
    contents = next
    writing = after(writing, next)
    return writing
  }
  async function after(before: Promise<void>, next: Contents): Promise<void> {
    await before.catch(() => undefined) // the one before told its own caller
    await deps.save(next)
  }
  const put = (entry: Entry): void => {
    const index = contents.entries.findIndex((other) => other.id === entry.id)
    if (index >= 0) contents.entries[index] = entry
    else contents.entries.push(entry)
  }
  return {
    /** From now on it is what was read. */
    open(read: Contents): void {
      contents = read
      opened = true
    },
    isOpen: (): boolean => opened,
    mark: (): string => contents.mark,
    contents: (): Contents => contents,
    entries: (): readonly Entry[] => contents.entries,
    /** Lets time pass. A clock that jumps, either way, passes no more than eight days; it is written down with the next change. */
    tick(now: number): void {
      const { total, at } = contents.lived ?? { total: 0, at: now }
      contents.lived = { total: total + Math.min(Math.max(0, now - at), MOST_GAP), at: now }
    },
    /** How long ago it was made (ms), by the time that was let pass. */
    ageOf: (entry: Entry): number => (contents.lived?.total ?? 0) - (entry.lived ?? 0),
    /** The time that was let pass so far (ms). */
    lived: (): number => contents.lived?.total ?? 0,
    find: (id: string): Entry | undefined => contents.entries.find((entry) => entry.id === id),
    times: (): { scheduled_at: number | null; rechecked_at: number | null } => contents,
    async put(entry: Entry): Promise<void> {
      put(entry)
      await save()
    },
    async forget(id: string): Promise<void> {
      contents.entries = contents.entries.filter((entry) => entry.id !== id)
      await save()
    },
    /** The file was read: another installation made it, or one that cannot be told (null). */
    async estrange(id: string, installation: string | null): Promise<void> {
      contents.entries = contents.entries.filter((entry) => entry.id !== id)
      contents.strangers = { ...contents.strangers, [id]: installation }
      await save()
    },
    /** Undefined: it was not read yet. */
    stranger: (id: string): string | null | undefined => contents.strangers[id],
    earlier: (): readonly string[] => contents.earlier,
    /** This folder takes the place of another one: what was due there is due here. */
    async follow(before: { earlier: readonly string[]; scheduled_at: number | null }): Promise<void> {
      contents.earlier = [...new Set([...before.earlier, ...contents.earlier])]
      contents.scheduled_at = Math.max(contents.scheduled_at ?? 0, before.scheduled_at ?? 0) || null
      await save()
    },
    async setTimes(times: { scheduled_at?: number; rechecked_at?: number }): Promise<void> {
      Object.assign(contents, times)
      await save()
    },
    save,
  }
}
export type Catalogue = ReturnType<typeof createCatalogue>

export const empty = (installation: string): Contents => ({
  version: 2,
  installation,
  label: hostname(),
  mark: '',
  entries: [],
  scheduled_at: null,
  rechecked_at: null,
  earlier: [],
  strangers: {},
})

/**
 * A first list of this installation, from the lists of identities that its data directory had before and from the one that all installations shared.
 * `exclusive`: no other installation can have worked in the folder. Otherwise what stood in the shared list is only claimed. `others`: files that are in the list
 * of another installation.
 */
export function takeOver(
  installation: string,
  from: { before: readonly Contents[]; earlier: EarlierContents | null },
  exclusive: boolean,
  others: ReadonlySet<string>,
): Contents {
  const contents = empty(installation)
  const take = (list: EarlierContents | Contents, entries: readonly Entry[]) => {
    const known = new Set(contents.entries.map(({ id }) => id))
    contents.entries = [...entries.filter(({ id }) => !known.has(id)), ...contents.entries]
    contents.scheduled_at = Math.max(contents.scheduled_at ?? 0, list.scheduled_at ?? 0) || null
    contents.rechecked_at = Math.max(contents.rechecked_at ?? 0, list.rechecked_at ?? 0) || null
    contents.earlier = [...new Set([...contents.earlier, ...list.earlier])]
  }
  for (const list of from.before) {
    take(list, list.entries)
    contents.strangers = { ...list.strangers, ...contents.strangers }
  }
  if (from.earlier !== null) {
    const entries = from.earlier.entries.filter(({ id }) => !others.has(id))
    take(from.earlier, exclusive ? entries : entries.map((entry) => ({ ...entry, claimed: true as const })))
  }
  return contents
}
