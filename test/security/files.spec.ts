// Hostile files to restore, beside those that hostile.spec.ts gives to the command line: uploaded to the headless host, and chosen in the
// desktop program, which is given a path and so meets what only a path can name. Each is refused or harmless, soon, and nothing changes.
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../../build/bundle.ts'
import { fingerprint } from '../fuzz/fingerprint.ts'
import type { Link } from '../fuzz/link.ts'
import { type AttackedDesktop, type AttackedHeadless, attackedDesktop, attackedHeadless } from './attacked.ts'
import { writeHotJournal } from './hot-journal.ts'
import type { Sandbox } from './sandbox.ts'

const SOON_MS = 30_000
const dump = (statement: string) =>
  Buffer.from(
    `PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE notes (a);\nINSERT INTO notes VALUES('x');\n${statement}\nCOMMIT;\n`,
  )
const utf16 = (text: Buffer, big = false) => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le')
  return big ? bytes.swap16() : bytes
}
const age = (work: number) =>
  Buffer.from(
    `age-encryption.org/v1\n-> scrypt bm9uZW5vbmVub25lbm9uZQ ${work}\n${'A'.repeat(43)}\n--- ${'A'.repeat(43)}\n${'x'.repeat(100)}`,
  )
const columns = (count: number) => Array.from({ length: count }, (_, n) => `c${n}`).join(',')
const pattern = (one: string) => `${`${one}a`.repeat(40)}b`

/** What is in the file, and the reason that the program gives. */
const CONTENTS: Record<string, [make: () => Buffer, reason: RegExp]> = {
  'ATTACH in UTF-16': [() => utf16(dump("ATTACH '/tmp/x' AS y;")), /^statement$/],
  'VACUUM INTO in UTF-16 of the other order': [() => utf16(dump("VACUUM INTO '/tmp/x';"), true), /^statement$/],
  'UTF-16 of half a character': [() => Buffer.concat([utf16(dump('')), Buffer.from([0xd8])]), /./],
  'a byte-order mark before SELECT': [
    () => dump('INSERT INTO notes \ufeffSELECT 1 UNION ALL SELECT 2;'),
    /^statement$/,
  ],
  'a byte-order mark inside of a word': [() => dump("INS\ufeffERT INTO notes VALUES('x');"), /^statement$/],
  'another white space before SELECT': [() => dump('INSERT INTO notes\u00a0SELECT 1;'), /^statement$/],
  'a function behind 4,000 tokens of an index': [
    () => dump(`CREATE INDEX i ON notes (${'a,'.repeat(2100)}load_extension(a));`),
    /./,
  ],
  'an index of 1,999 repeated columns over many rows': [
    () =>
      dump(
        `${Array.from({ length: 20 }, () => `INSERT INTO notes VALUES${Array(400).fill("('y')").join(',')};`).join('\n')}\nCREATE INDEX i ON notes (${Array(1999).fill('a').join(',')});`,
      ),
    /./,
  ],
  'a row of 30 MB that is not UTF-8': [
    () =>
      Buffer.concat([
        Buffer.from("BEGIN;\nCREATE TABLE notes (a);\nINSERT INTO notes VALUES('"),
        Buffer.alloc(30 << 20, 0xff),
        Buffer.from("');\nCOMMIT;\n"),
      ]),
    /./,
  ],
  'an UPSERT': [() => dump("INSERT INTO notes VALUES('x') ON CONFLICT DO NOTHING;"), /^statement$/],
  RETURNING: [() => dump("INSERT INTO notes VALUES('x') RETURNING a;"), /^statement$/],
  'OR REPLACE': [() => dump("INSERT OR REPLACE INTO notes VALUES('x');"), /^statement$/],
  'a command of the shell': [() => dump('.shell touch /tmp/x'), /^statement$/],
  'a command of the shell inside of a value': [() => dump("INSERT INTO notes VALUES('\n.shell touch /tmp/x\n');"), /./],
  'NUL between statements': [() => dump("SELECT 1;\0ATTACH '/tmp/x' AS y;"), /^statement$/],
  'parentheses 100,000 deep': [
    () => dump(`INSERT INTO notes VALUES(${'('.repeat(100_000)}1${')'.repeat(100_000)});`),
    /^statement$/,
  ],
  'a CHECK with 100,000 parentheses': [
    () => dump(`CREATE TABLE d (a CHECK (${'('.repeat(100_000)}1${')'.repeat(100_000)}));`),
    /^statement$/,
  ],
  'a table of 2,001 columns': [() => dump(`CREATE TABLE wide (${columns(2001)});`), /./],
  'a row of 2,001 values': [() => dump(`INSERT INTO notes VALUES(${Array(2001).fill(1).join(',')});`), /./],
  'a CHECK with a LIKE that does not end': [
    () => dump(`CREATE TABLE l (a CHECK (a LIKE '${pattern('%')}'));\nINSERT INTO l VALUES('${'a'.repeat(40_000)}');`),
    /./,
  ],
  'a CHECK with a GLOB that does not end': [
    () => dump(`CREATE TABLE l (a CHECK (a GLOB '${pattern('*')}'));\nINSERT INTO l VALUES('${'a'.repeat(40_000)}');`),
    /./,
  ],
  'gzip inside of gzip': [() => gzipSync(gzipSync(dump(''))), /^(unknown-kind|not-ours)$/],
  'a bomb inside of gzip inside of gzip': [
    () => gzipSync(gzipSync(gzipSync(Buffer.alloc(50 << 20, ' '), { level: 9 }))),
    /^(unknown-kind|not-ours|too-much-compression)$/,
  ],
  'gzip inside of zstd': [() => zstdCompressSync(gzipSync(dump(''))), /^(unknown-kind|not-ours)$/],
  'a zstd frame that claims a window of terabytes': [
    () => Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff]), Buffer.alloc(64)]),
    /./,
  ],
  'a passphrase that takes 2^40 steps': [() => age(40), /^(damaged|ALTERED|wrong-passphrase)$/],
  'a passphrase that takes 2^20 steps': [
    () => age(20),
    /^(damaged|ALTERED|wrong-passphrase|WRONG_PASSPHRASE|MEMORY_LIMIT)$/,
  ],
}

/** What a path names that is no content: only somebody with a path, as in the desktop program's dialog, can offer it. */
const PATHS: Record<string, [make: (work: string, sandbox: Sandbox) => string, reason: RegExp]> = {
  'a pipe': [
    (work) => {
      execFileSync('mkfifo', [join(work, 'pipe.sql')])
      return join(work, 'pipe.sql')
    },
    /^not-a-file$/,
  ],
  'a device': [() => '/dev/zero', /^not-a-file$/],
  'a link': [
    (work) => {
      symlinkSync('/etc/passwd', join(work, 'link.sql'))
      return join(work, 'link.sql')
    },
    /^not-a-file$/,
  ],
  'a folder': [(work) => work, /^not-a-file$/],
  'the memory of the program': [() => '/proc/self/mem', /^(empty|not-a-file)$/],
  'a file of the system that has no size': [() => '/proc/self/environ', /^(empty|not-a-file)$/],
  'a file of a terabyte that holds nothing': [
    (work) => {
      writeFileSync(join(work, 'sparse.db'), '')
      truncateSync(join(work, 'sparse.db'), 2 ** 40)
      return join(work, 'sparse.db')
    },
    /^(too-large|unknown-kind|damaged|statement|NO_SPACE|DISK_LIMIT)$/,
  ],
  'its own session.db': [(_work, { data }) => join(data, 'session.db'), /^inside-data-directory$/],
  'its own session.db by another name': [
    (work, { data }) => {
      linkSync(join(data, 'session.db'), join(work, 'mine.db'))
      return join(work, 'mine.db')
    },
    /^(inside-data-directory|unknown-kind)$/,
  ],
  'its own settings through a link to the folder': [
    (work, { data }) => {
      symlinkSync(data, join(work, 'elsewhere'))
      return join(work, 'elsewhere', 'settings.json')
    },
    /^(inside-data-directory|not-a-file)$/,
  ],
}

beforeAll(() => bundle())

/** The reason of a refusal; 'taken' where the file was read and its preview shown. */
async function offer(link: Link, upload: { status: number; body: unknown }): Promise<string> {
  if (upload.status >= 300) return reasonOf(upload.body)
  const { json } = upload.body as { json: { upload: string } }
  const preview = await link.call('/restore/preview', { upload: json.upload, passphrase: 'not the right one' })
  await link.call('/restore/discard', { upload: json.upload })
  return preview.status < 300 ? 'taken' : reasonOf(preview.body)
}
function reasonOf(body: unknown): string {
  const { data } = (body as { json: { data?: { reason?: string; what?: string } } }).json
  return data?.reason ?? data?.what ?? 'without a reason'
}

describe.each([
  ['the headless host', attackedHeadless, Object.keys(CONTENTS)],
  // The same reader: what differs is the way to it.
  ['the desktop host', attackedDesktop, ['ATTACH in UTF-16', 'a bomb inside of gzip inside of gzip']],
] as const)('%s', (_name, start, contents) => {
  let host: AttackedHeadless | AttackedDesktop
  let link: Link
  let work: string
  const state = () => [host.sandbox.inside(), fingerprint(host.sandbox.data)]
  beforeAll(async () => {
    host = await start()
    link = await host.link()
    // Files to offer lie beside the data, as in a folder of downloads.
    work = join(host.sandbox.folder, 'around', 'downloads')
    mkdirSync(work)
    await link.call('/chats/add', { jid: '15550009301@s.whatsapp.net' })
    // The first file of all makes the folder for files to restore.
    writeFileSync(join(work, 'first'), 'nothing')
    expect(await give(join(work, 'first'))).toBe('unknown-kind')
  })
  afterAll(() => host?.close())

  const give = async (path: string): Promise<string> => {
    if (host.kind === 'headless') {
      const { body, status } = await host.rest.send('PUT', '/api/restore/upload?name=x', readFileSync(path))
      return offer(link, { status, body: { json: body } })
    }
    await host.host.call('answer', JSON.stringify({ dialog: 'open', value: path }))
    return offer(link, await link.call('/restore/pick'))
  }

  test.each(contents)('%s', { timeout: 2 * SOON_MS }, async (name) => {
    const [make, reason] = CONTENTS[name] ?? []
    const path = join(work, 'offered')
    writeFileSync(path, make?.() ?? '')
    const before = [state(), host.sandbox.outside()]
    const started = performance.now()
    const said = await give(path)
    expect(said).toMatch(reason ?? /never/)
    expect(said).not.toBe('without a reason')
    expect(performance.now() - started).toBeLessThan(SOON_MS)
    expect([state(), host.sandbox.outside()]).toEqual(before)
  })

  // An upload has no path: only the desktop program is given one, and the command line (hostile.spec.ts).
  const paths = start === attackedDesktop ? Object.keys(PATHS) : []
  for (const name of paths) test(name, { timeout: 2 * SOON_MS }, () => offered(name))
  async function offered(name: string) {
    const [make, reason] = PATHS[name] ?? []
    const path = make?.(work, host.sandbox) ?? ''
    const before = state()
    const started = performance.now()
    expect(await give(path)).toMatch(reason ?? /never/)
    expect(performance.now() - started).toBeLessThan(SOON_MS)
    expect(state()).toEqual(before)
  }

  if (start === attackedDesktop) test('a journal that would have a file deleted', hotJournal)
  async function hotJournal() {
    const prove = join(work, 'prove')
    mkdirSync(prove)
    // It is what it says it is: SQLite itself deletes both.
    writeHotJournal(join(prove, 'hot.db'))
    const opened = new Database(join(prove, 'hot.db'))
    opened.prepare('SELECT * FROM notes').all()
    opened.close()
    expect(readdirSync(prove)).toEqual(['hot.db'])

    const files = writeHotJournal(join(work, 'hot.db'))
    cpSync(work, join(host.sandbox.folder, 'copy'), {
      recursive: true,
      filter: (path) => path === work || files.includes(path),
    })
    const before = state()
    expect(await give(join(work, 'hot.db'))).not.toBe('without a reason')
    expect(state()).toEqual(before)
    for (const file of files) {
      expect(readFileSync(file)).toEqual(readFileSync(file.replace(work, join(host.sandbox.folder, 'copy'))))
    }
  }

  test('and still answers', async () => {
    expect(await host.alive()).toBe(true)
  })
})
