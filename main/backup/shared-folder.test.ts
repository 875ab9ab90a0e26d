import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openInstallation } from '../app/installation.ts'
import { shortId } from './file-name.ts'
import { Contents, catalogueName, EARLIER_CATALOGUE } from './folder/contents.ts'
import { type Home, KEEP_NONE, KEEP_ONE, makeHome, tasksHere } from './service.test-kit.ts'

let root = ''
let shared = ''
const homes: Home[] = []
beforeEach(() => {
  // Not in a folder that the system empties: such a one is refused.
  mkdirSync('out', { recursive: true })
  root = mkdtempSync(join(process.cwd(), 'out', 'shared-folder-'))
  shared = join(root, 'share')
})
afterEach(async () => {
  for (const home of homes.splice(0)) await home.stop()
  rmSync(root, { recursive: true, force: true })
})

function newHome(name: string, keep: object = KEEP_ONE): Home {
  const home = makeHome(join(root, name), { backup: { folder: shared, keep, schedule: null } })
  homes.push(home)
  return home
}
const idOf = (home: Home): string => openInstallation(home.data, { now: () => home.now }).id
const listOf = (home: Home): Contents =>
  Contents.parse(JSON.parse(readFileSync(join(shared, catalogueName(idOf(home))), 'utf8')))

test('two installations in one folder: each keeps its own rules, and lists the other’s files as theirs', async () => {
  const [mine, theirs] = [newHome('mine'), newHome('theirs')]
  const [here, there] = [await mine.start(), await theirs.start()]
  const first = await here.create({ reason: 'manual' })
  // In the same second, and never under the same name.
  const other = await there.create({ reason: 'manual' })
  expect(first.id.slice(0, 24)).toBe(other.id.slice(0, 24))
  expect(first.id).not.toBe(other.id)
  mine.now += 86_400_000
  const second = await here.create({ reason: 'manual' })
  expect(mine.files()).toEqual([other.id, second.id].toSorted())

  const listed = await here.list()
  expect(listed.map(({ id, owner }) => [id, owner])).toEqual([
    [second.id, 'this'],
    [other.id, 'other'],
  ])
  expect(listed[1]).toMatchObject({
    verification: 'verified',
    kept_because: ['other'],
    installation: shortId(idOf(theirs)),
  })
  expect(await here.status()).toMatchObject({
    present: 1,
    others: [{ installation: shortId(idOf(theirs)), backups: 1, bytes: other.bytes }],
  })
  // Neither by hand nor by a rule.
  await expect(here.remove(other.id)).rejects.toMatchObject({ code: 'backup-not-ours' })
  await expect(here.pin(other.id, true)).rejects.toMatchObject({ code: 'backup-not-ours' })
  mine.settings.backup.keep = KEEP_NONE
  await here.prune({ dryRun: false })
  expect(mine.files()).toContain(other.id)
  // The file can be read, so it is known to be this installation's.
  expect((await here.verify(other.id)).owner).toBe('other')
  expect(here.isOwn(join(shared, other.id))).toBe(false)
  expect(here.isShelved(join(shared, other.id))).toBe(true)
  expect(listOf(mine).entries.map(({ id }) => id)).toEqual([second.id])
  expect(listOf(theirs).entries.map(({ id }) => id)).toEqual([other.id])
})

test('only another’s backup is there: this installation has none, and says so', async () => {
  const [mine, theirs] = [newHome('mine'), newHome('theirs')]
  mine.settings.backup.schedule = '0 2 * * *'
  await (await theirs.start()).create({ reason: 'manual' })
  const here = await mine.start()
  expect(await here.status()).toMatchObject({ last_verified_at: null, overdue: true, present: 0 })
})

test.each(['sql.gz', 'sql', 'sql.zst', 'db'] as const)('%s: the file itself says whose it is', async (format) => {
  const [mine, theirs] = [newHome('mine', KEEP_NONE), newHome('theirs', KEEP_NONE)]
  const there = await theirs.start()
  const made = await there.create({ reason: 'manual', format })
  await theirs.stop()
  // The list is lost, and the file has a name that says nothing.
  rmSync(join(shared, catalogueName(idOf(theirs))))
  const plain = made.id.replace(`_${shortId(idOf(theirs))}`, '')
  renameSync(join(shared, made.id), join(shared, plain))
  const here = await mine.start()
  expect((await here.list())[0]).toMatchObject({ id: plain, owner: 'unknown', kept_because: ['foreign'] })
  expect(await here.verify(plain)).toMatchObject({ owner: 'other', installation: shortId(idOf(theirs)) })
  await here.create({ reason: 'manual' })
  expect(mine.files()).toContain(plain)
  // The one that made it knows it again.
  const again = await theirs.start()
  expect(await again.verify(plain)).toMatchObject({ owner: 'this', verification: 'verified' })
})

test('a data directory that was copied is another installation: neither removes what the other needs', async () => {
  const mine = newHome('mine')
  const here = await mine.start()
  const before = await here.create({ reason: 'manual' })
  await mine.stop()
  cpSync(join(root, 'mine'), join(root, 'copy'), { recursive: true })
  const copy = newHome('copy')
  const there = await copy.start()
  expect(idOf(copy)).not.toBe(idOf(mine))
  expect((await there.list()).map(({ id, owner }) => [id, owner])).toEqual([[before.id, 'other']])
  copy.now += 86_400_000
  const made = await there.create({ reason: 'manual' })
  expect(copy.files()).toEqual([before.id, made.id])
  const again = await mine.start()
  mine.now += 2 * 86_400_000
  const next = await again.create({ reason: 'manual' })
  expect(mine.files()).toEqual([made.id, next.id].toSorted())
})

test('a clone of the whole machine, which looks the same from inside: the list shows that another one wrote it', async () => {
  const mine = newHome('mine')
  const here = await mine.start()
  const before = await here.create({ reason: 'manual' })
  await mine.stop()
  // The data directory as it was then, in its place: what the other machine has is this very inode.
  const memory = readFileSync(join(mine.data, 'backup-folders.json'))
  mine.now += 86_400_000
  const elsewhere = await (await mine.start()).create({ reason: 'manual' })
  await mine.stop()
  writeFileSync(join(mine.data, 'backup-folders.json'), memory)
  const id = idOf(mine)
  const clone = await mine.start()
  expect(idOf(mine)).not.toBe(id)
  mine.now += 86_400_000
  const made = await clone.create({ reason: 'manual' })
  expect(mine.files()).toEqual([elsewhere.id, made.id].toSorted())
  expect(before.id).not.toBe(elsewhere.id)
})

test('while both run, the one that finds the other’s writing in its list steps aside with what it made', async () => {
  const mine = newHome('mine')
  const here = await mine.start()
  const first = await here.create({ reason: 'manual' })
  const list = listOf(mine)
  const stranger = { ...list.entries[0], id: first.id.replace('.sql.gz', '_9.sql.gz') }
  cpSync(join(shared, first.id), join(shared, stranger.id))
  const id = idOf(mine)
  writeFileSync(
    join(shared, catalogueName(id)),
    JSON.stringify({ ...list, mark: '33333333-3333-4333-8333-333333333333', entries: [stranger] }),
  )
  mine.settings.backup.keep = KEEP_NONE
  mine.now += 86_400_000
  const second = await here.create({ reason: 'manual' })
  expect(idOf(mine)).not.toBe(id)
  expect(mine.files()).toEqual([stranger.id, second.id].toSorted())
  expect((await here.list()).find((backup) => backup.id === stranger.id)?.owner).toBe('other')
})

test('the list that all installations shared is taken over: pins and proofs stay, and what is another’s is found out before a rule touches it', async () => {
  const [mine, theirs] = [newHome('mine', KEEP_NONE), newHome('theirs', KEEP_NONE)]
  // Two programs of an earlier version: names and headers without identities, databases with.
  const entries: object[] = []
  for (const home of [mine, theirs, mine, theirs]) {
    const id = idOf(home)
    const db = new Database(home.database)
    db.prepare("INSERT OR REPLACE INTO meta VALUES ('installation', ?)").run(id)
    db.close()
    const day = entries.length + 1
    const name = `messages_2026010${day}_020000.sql.gz`
    mkdirSync(shared, { recursive: true })
    const made = await tasksHere.run('backup.create', {
      database: home.database,
      target: join(shared, name),
      scratch: join(home.data, 'scratch'),
      format: 'sql.gz',
      reason: 'scheduled',
      appVersion: '0.0.9',
      createdAt: `2026-01-0${day}T02:00:00.000Z`,
      settings: {},
    })
    entries.push({
      id: name,
      format: 'sql.gz',
      encryption: 'none',
      created_at: Date.parse(`2026-01-0${day}T02:00:00.000Z`),
      bytes: made.bytes,
      sha256: made.sha256,
      reason: 'scheduled',
      verification: 'verified',
      verified_at: 5,
      problem: null,
      pinned: day === 1,
      app_version: '0.0.9',
      end: made.end,
    })
  }
  const earlier = { version: 1, entries, scheduled_at: 77, rechecked_at: 78, earlier: ['/mnt/before'] }
  writeFileSync(join(shared, EARLIER_CATALOGUE), JSON.stringify(earlier))
  const names = entries.map((entry) => String(Reflect.get(entry, 'id')))

  const here = await mine.start()
  expect((await here.list()).find(({ id }) => id === names[0])).toMatchObject({
    owner: 'unknown',
    pinned: true,
    verification: 'verified',
    verified_at: 5,
  })
  await here.prune({ dryRun: false })
  expect(mine.files()).toEqual(names)
  expect(listOf(mine)).toMatchObject({ scheduled_at: 77, earlier: ['/mnt/before'] })

  here.start()
  const owners = async () => (await here.list()).map(({ id, owner }) => `${id} ${owner}`).toSorted()
  await expect
    .poll(owners, { timeout: 20_000 })
    .toEqual(names.map((name, index) => `${name} ${index % 2 === 0 ? 'this' : 'other'}`))
  expect((await here.list()).find(({ id }) => id === names[0])).toMatchObject({
    pinned: true,
    verification: 'verified',
  })
  await here.prune({ dryRun: false })
  expect(mine.files()).toEqual(names)
  mine.now += 86_400_000
  const made = await here.create({ reason: 'manual' })
  // Its own third goes, as no rule keeps it; the pinned one and the other's stay.
  expect(mine.files()).toEqual([names[0], names[1], names[3], made.id])
  expect(JSON.parse(readFileSync(join(shared, EARLIER_CATALOGUE), 'utf8'))).toEqual(earlier)

  // The other one comes later, and takes only its own.
  const there = await theirs.start()
  there.start()
  const theirOwn = async () => (await there.list()).filter(({ owner }) => owner === 'this').map(({ id }) => id)
  await expect.poll(theirOwn, { timeout: 20_000 }).toEqual([names[3], names[1]])
})

test('in the data directory nobody else works: the earlier list is taken over as it stands, also after a move', async () => {
  const mine = newHome('mine', KEEP_ONE)
  mine.settings.backup.folder = null
  const here = await mine.start()
  const made = await here.create({ reason: 'manual' })
  await here.pin(made.id, true)
  await mine.stop()
  const backups = join(mine.data, 'backups')
  const { entries } = Contents.parse(JSON.parse(readFileSync(join(backups, catalogueName(idOf(mine))), 'utf8')))
  rmSync(join(backups, catalogueName(idOf(mine))))
  writeFileSync(
    join(backups, EARLIER_CATALOGUE),
    JSON.stringify({ version: 1, entries, scheduled_at: 1, rechecked_at: null }),
  )
  expect((await (await mine.start()).list())[0]).toMatchObject({
    owner: 'this',
    pinned: true,
    verification: 'verified',
  })
  await mine.stop()

  // Copied to another disk: another installation, whose own folder came along.
  cpSync(join(root, 'mine'), join(root, 'moved'), { recursive: true })
  const moved = newHome('moved', KEEP_ONE)
  moved.settings.backup.folder = null
  const there = await moved.start()
  expect(idOf(moved)).not.toBe(idOf(mine))
  expect((await there.list())[0]).toMatchObject({ owner: 'this', pinned: true, verification: 'verified' })
  moved.now += 86_400_000
  await there.create({ reason: 'manual' })
  expect(await there.status()).toMatchObject({ present: 2, others: [] })
})

test('a list that another one changed to point elsewhere removes nothing there', async () => {
  const mine = newHome('mine', KEEP_NONE)
  const here = await mine.start()
  await here.create({ reason: 'manual' })
  await mine.stop()
  const precious = join(root, 'precious')
  writeFileSync(precious, 'kept')
  utimesSync(precious, 1, 1)
  const path = join(shared, catalogueName(idOf(mine)))
  const list = listOf(mine)
  const bad = ['../precious', precious, 'x/../../precious'].map((id) => ({ ...list.entries[0], id }))
  writeFileSync(path, JSON.stringify({ ...list, entries: [...bad, ...list.entries] }))
  const again = await mine.start()
  mine.now += 86_400_000
  await again.create({ reason: 'manual' })
  expect(readFileSync(precious, 'utf8')).toBe('kept')
  expect(readdirSync(root)).toContain('precious')
})
