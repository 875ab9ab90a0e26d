import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { BackupError } from './backup-error.ts'
import { type Catalogue, createCatalogue, type Entry, empty, takeOver } from './catalogue.ts'
import { readBackupName, shortId } from './file-name.ts'
import type { Contents, OtherCatalogue } from './folder/contents.ts'
import type { KnownDisk } from './folder/file-system.ts'
import type { LookOutput } from './folder/look-task.ts'
import type { OpenFolderOutput } from './folder/open-task.ts'
import type { RemoveOutput } from './folder/remove-task.ts'
import type { FolderMemory } from './folder-memory.ts'
import type { Keeper } from './keeper.ts'

/** Who works with the folders: see app/installation.ts. */
export interface Identity {
  readonly id: string
  readonly previous: readonly string[]
  renew(): void
}
export interface ShelfDeps {
  folder: string
  dataDirectory: string
  keeper: Keeper
  installation: Identity
  memory: FolderMemory
  log: { warn(facts: Record<string, unknown>, message: string): void }
}
/** A file of the folder that this installation did not make. */
export interface Stranger {
  name: string
  bytes: number
  /** Eight digits of the installation that made it; null: it cannot be told. */
  installation: string | null
  /** What that one's machine is called, where its list says so. */
  label: string | null
  entry: Entry | undefined
}

/** A folder of backups: what lies there, as it was seen last, and what this installation knows of it. Only `keeper` touches the folder. */
export function createShelf(deps: ShelfDeps) {
  const { folder, keeper, installation, memory } = deps
  let seen: LookOutput | undefined
  let sizes = new Map<string, number>()
  let others: OtherCatalogue[] = []
  let exclusive = false
  let found = true
  let stamp: string | null = null
  let looking: Promise<void> = Promise.resolve()
  const marks = new Set<string>()
  /** A link is followed once, when the folder first answers: what is made and removed later lies there, whatever becomes of the link. */
  let real: string | undefined
  const place = (): string => real ?? folder

  const catalogue: Catalogue = createCatalogue({
    async save(contents) {
      marks.add(contents.mark)
      const { mountedAt, diskId = null } = disk()
      memory.keep(folder, { mountedAt: mountedAt ?? folder, diskId, mark: contents.mark })
      stamp = (await keeper.ask('folder.save', { folder: place(), contents })).stamp
    },
  })
  let lastDisk: KnownDisk | undefined
  const remembered = (): KnownDisk => diskIn(memory.of(folder) ?? { mountedAt: null })
  const disk = (): KnownDisk => lastDisk ?? remembered()

  async function open(): Promise<void> {
    const { id, previous } = installation
    const read = await keeper.ask('folder.open', {
      folder,
      dataDirectory: deps.dataDirectory,
      installation: id,
      previous: [...previous],
      ...remembered(),
    })
    real = read.real
    lastDisk = diskIn(read)
    exclusive = read.exclusive
    // Before the first backup there: the disk may go before it.
    if (!exclusive && !isDeepStrictEqual(remembered(), lastDisk))
      memory.keep(folder, { mountedAt: read.mountedAt, diskId: read.diskId })
    take(read.look)
    if (read.own.contents === null) await begin(read)
    else if (isOurs(read.own.contents)) {
      stamp = read.own.stamp
      marks.add(read.own.contents.mark)
      catalogue.open(read.own.contents)
    } else await part(read.own.contents)
  }

  /** The first list of this installation here. */
  async function begin(read: OpenFolderOutput): Promise<void> {
    const theirs = new Set(others.flatMap(({ entries }) => entries.map(({ id }) => id)))
    const contents = takeOver(installation.id, read, exclusive, theirs)
    found = contents.entries.some(({ claimed }) => claimed !== true)
    stamp = null
    catalogue.open(contents)
    if (contents.entries.length > 0) await catalogue.save()
  }

  /** As this data directory left it, in a folder where another one may work. */
  function isOurs({ mark }: Contents): boolean {
    return exclusive || marks.has(mark) || memory.of(folder)?.marks.includes(mark) === true
  }

  /** Another program with the same identity works here, a copy of this one: from now on they are two. What only this one knows goes along. */
  async function part(twin: Contents): Promise<void> {
    const before = installation.id
    installation.renew()
    deps.log.warn({ folder }, 'a copy of this installation uses the same folder: this one has a new identity now')
    const theirs = new Set(twin.entries.map(({ id }) => id))
    const own = catalogue.isOpen() ? catalogue.contents() : empty(installation.id)
    const entries = own.entries.filter(({ id }) => !theirs.has(id))
    others = [
      ...others.filter((other) => other.installation !== before),
      { installation: before, label: twin.label, stamp: '', entries: twin.entries },
    ]
    stamp = null
    catalogue.open({ ...own, installation: installation.id, entries })
    await catalogue.save()
  }

  function take(look: LookOutput): void {
    seen = look
    sizes = new Map(look.files.map(({ name, bytes }) => [name, bytes]))
    others = look.others.flatMap((other) =>
      'known' in other ? others.filter(({ installation: id }) => id === other.installation) : [other],
    )
  }

  async function look(): Promise<void> {
    try {
      if (!catalogue.isOpen()) return await open()
      const known = Object.fromEntries(others.map((other) => [other.installation, other.stamp]))
      const read = await keeper.ask('folder.look', {
        folder: place(),
        installation: installation.id,
        ...disk(),
        stamp,
        others: known,
      })
      take(read)
      if (read.changed === undefined) return
      stamp = read.changed.stamp
      const { contents } = read.changed
      if (contents !== null && !isOurs(contents)) await part(contents)
    } catch (error) {
      throw asFolderError(error, folder)
    }
  }

  const own = (): readonly Entry[] => catalogue.entries()
  function isStrange(name: string): boolean {
    const entry = catalogue.find(name)
    if (entry !== undefined) return false
    const named = readBackupName(name)?.installation
    return (
      catalogue.stranger(name) !== undefined ||
      (named !== undefined && named !== shortId(installation.id) && !exclusive) ||
      others.some(({ entries }) => entries.some(({ id }) => id === name))
    )
  }
  function strangers(): Stranger[] {
    return [...sizes].flatMap(([name, bytes]) => {
      if (!isStrange(name)) return []
      const list = others.find(({ entries }) => entries.some(({ id }) => id === name))
      const read = catalogue.stranger(name) ?? undefined
      const named = readBackupName(name)?.installation
      const by = list?.installation ?? read ?? named
      const label =
        list?.label ?? others.find((other) => by !== undefined && shortId(other.installation) === shortId(by))?.label
      return {
        name,
        bytes,
        installation: by === undefined ? null : shortId(by),
        label: label ?? null,
        entry: list?.entries.find(({ id }) => id === name),
      }
    })
  }

  return {
    /** As the settings name it. */
    folder,
    /** Its real path, once it is known: where everything happens. */
    place,
    catalogue,
    keeper,
    /** Looks at the folder again: others put files there and take them away. @throws BackupError NO_ANSWER, NO_FOLDER */
    look(): Promise<void> {
      looking = looking.then(look, look)
      return looking
    },
    /** What was seen last; undefined: nothing yet. */
    seen: (): LookOutput | undefined => seen,
    /** False: this installation had no list here, so that files must be read to tell what they are. */
    wasKnown: (): boolean => found,
    isExclusive: (): boolean => exclusive,
    has: (id: string): boolean => sizes.has(id),
    pathOf: (id: string): string | undefined => (sizes.has(id) ? join(place(), id) : undefined),
    isTaken: (name: string): boolean => sizes.has(name) || catalogue.find(name) !== undefined,
    /** Made by this installation, or perhaps made by it, and there. */
    present: (): Entry[] => own().filter((entry) => sizes.has(entry.id)),
    /** Made by this installation and not there any more. */
    gone: (): Entry[] => own().filter((entry) => entry.claimed !== true && !sizes.has(entry.id)),
    /** There, and not known to be of any installation. */
    unknown: (): string[] =>
      [...sizes.keys()].filter(
        (name) => catalogue.find(name)?.claimed === true || !(catalogue.find(name) || isStrange(name)),
      ),
    strangers,
    /** A file that this installation alone decides about. */
    isOwn(id: string): boolean {
      const entry = catalogue.find(id)
      return entry !== undefined && entry.claimed !== true
    },
    remove: (name: string): Promise<RemoveOutput> => keeper.ask('folder.remove', { folder: place(), name }),
    bytesOf: (name: string): number => sizes.get(name) ?? 0,
  }
}
export type Shelf = ReturnType<typeof createShelf>

const diskIn = ({
  mountedAt,
  diskId = null,
}: {
  mountedAt: string | null
  diskId?: string | null | undefined
}): KnownDisk => ({ mountedAt, diskId })

/** The system's own words for a folder that cannot be read say which call failed, not what to do. */
function asFolderError(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (error instanceof BackupError || !/^E[A-Z]+$/.test(code)) return error
  return new BackupError(
    'NO_FOLDER',
    `The folder ${folder} cannot be used (${code}). Look at its disk and at its permissions, or choose another folder for the backups.`,
    {},
    { cause: error },
  )
}
