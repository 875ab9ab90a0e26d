import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { bundle } from '../build/bundle.ts'
import { type LinkedApp, startLinkedApp } from './linked-app.ts'

vi.setConfig({ testTimeout: 240_000 })
beforeAll(() => bundle())
let linked: LinkedApp | undefined
afterEach(async () => {
  await linked?.close()
  linked = undefined
})

const Report = z.object({ findings: z.array(z.object({ key: z.string().optional(), cause: z.string().nullable() })) })
const textsIn = (path: string): string[] => {
  const db = new Database(path, { readonly: true })
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    return db.prepare<[], string>('SELECT text FROM messages WHERE text IS NOT NULL ORDER BY id').pluck().all()
  } finally {
    db.close()
  }
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

interface Files {
  live: string
  older: string
  backup: string
}
const WAYS: Record<string, (files: Files) => Buffer | undefined> = {
  'cp over it': ({ live, older }) => {
    const bytes = readFileSync(older)
    writeFileSync(live, bytes)
    return bytes
  },
  'mv onto it': ({ live, older }) => {
    copyFileSync(older, `${live}.new`)
    renameSync(`${live}.new`, live)
    return readFileSync(older)
  },
  'cp over it, and its -wal and -shm deleted': ({ live, older }) => {
    const bytes = readFileSync(older)
    writeFileSync(live, bytes)
    for (const end of ['-wal', '-shm']) unlinkSync(live + end)
    return bytes
  },
  'an older backup over it': ({ live, backup }) => {
    const bytes = readFileSync(backup)
    writeFileSync(live, bytes)
    return bytes
  },
  'truncated to zero': ({ live }) => {
    truncateSync(live, 0)
    return Buffer.alloc(0)
  },
  'a text over it': ({ live }) => {
    writeFileSync(live, 'a conflict of the sync program\n')
    return readFileSync(live)
  },
  deleted: ({ live }) => {
    unlinkSync(live)
    return undefined
  },
  'its -wal deleted': ({ live }) => {
    unlinkSync(`${live}-wal`)
    return undefined
  },
}

test.each(Object.entries(WAYS))(
  '%s, under the running program: noticed, what was added is saved, nothing is written and nothing said twice',
  async (how, replace) => {
    const one = await startLinkedApp({ built: true })
    linked = one
    const { emulator, dataDirectory } = one
    const live = join(dataDirectory, 'messages.db')
    const older = join(dataDirectory, 'older.copy')
    const ana = emulator.contact({ name: 'Ana', pn: '15550009001', lid: '890000001' })
    await ana.say('hello')
    await one.switchOn(ana)
    const first = await ana.say('first')
    await ana.next(({ quotedId }) => quotedId === first.id, 30_000)
    const reader = new Database(live, { readonly: true })
    reader.prepare('VACUUM INTO ?').run(older)
    reader.close()
    const { id } = z.object({ id: z.string() }).parse(await one.app.api('POST', '/backups', { format: 'db' }))
    const second = await ana.say('second')
    await ana.next(({ quotedId }) => quotedId === second.id, 30_000)

    const put = replace({ live, older, backup: join(dataDirectory, 'backups', id) })
    const third = await ana.say('third')
    const report = async () => Report.parse(await one.app.api('GET', '/health/report')).findings
    await expect
      .poll(async () => (await report()).map(({ key }) => key), { timeout: 30_000 })
      .toContain('replaced.saved')
    expect(await one.app.api('GET', '/session')).toMatchObject({
      state: 'closed',
      problem: { code: 'database-replaced', message: expect.stringContaining(live) },
    })
    await expect(one.app.api('POST', '/backups')).rejects.toThrow('503')
    const saved = readdirSync(dataDirectory).filter((name) => name.includes('before-replacement'))
    expect(saved).toHaveLength(1)
    const copy = join(dataDirectory, saved[0] ?? '')
    expect(textsIn(copy).filter((text) => ['first', 'second'].includes(text))).toEqual(['first', 'second'])
    // What was put there is untouched, also once the program has ended.
    const untouched = () => {
      if (how !== 'its -wal deleted')
        expect(existsSync(live) ? digest(readFileSync(live)) : undefined).toEqual(put && digest(put))
      // What SQLite leaves of a log that was taken away is empty.
      expect(statSync(`${live}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0)
    }
    if (how !== 'its -wal deleted') untouched()
    await one.app.stop()
    untouched()

    if (how === 'truncated to zero' || how === 'a text over it') {
      // The new file cannot be used: what was saved takes its place by hand.
      for (const end of ['', '-wal', '-shm']) rmSync(live + end, { force: true })
    }
    await one.start()
    const fourth = await ana.say('fourth')
    await ana.next(({ quotedId }) => quotedId === fourth.id, 60_000)
    for (const said of [first, second, fourth]) expect(ana.inbox.answersTo(said)).toHaveLength(1)
    expect(ana.inbox.answersTo(third).length).toBeLessThan(2)
    expect((await report()).map(({ key }) => key)).not.toContain('replaced.saved')
    // What came while it stood still was kept by WhatsApp's journal.
    const there = ['first', 'second', 'third', 'fourth'].filter(
      (text) => put === undefined || text !== 'second' || put.length < 100,
    )
    await expect.poll(() => textsIn(live)).toEqual(expect.arrayContaining(there))
  },
)

test('what SQLite does itself is no replacement: a checkpoint and a change by another connection, a vacuum, a backup', async () => {
  linked = await startLinkedApp({ built: true })
  const { emulator, dataDirectory, app } = linked
  const ana = emulator.contact({ name: 'Ana', pn: '15550009001', lid: '890000001' })
  await ana.say('hello')
  await linked.switchOn(ana)
  const live = join(dataDirectory, 'messages.db')
  const say = async (text: string) => {
    const said = await ana.say(text)
    await ana.next(({ quotedId }) => quotedId === said.id, 30_000)
  }
  await say('one')
  const other = new Database(live)
  other.pragma('wal_checkpoint(PASSIVE)')
  await say('two')
  other.prepare("INSERT OR REPLACE INTO meta VALUES ('by hand', 1)").run()
  other.pragma('wal_checkpoint(TRUNCATE)')
  other.close()
  await say('three')
  await app.api('POST', '/data/vacuum')
  await say('four')
  await app.api('POST', '/backups')
  await say('five')
  expect(existsSync(join(dataDirectory, 'replaced.json'))).toBe(false)
})
