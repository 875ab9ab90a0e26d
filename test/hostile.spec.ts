// Files that were made to do harm, or that harm was done to, at the door that people use: the command line. Each is refused with
// exit code 3, neither the running database nor anything outside the data directory changes, and no system call tries to.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { makeData } from './command.ts'

const root = join(import.meta.dirname, '..')
let folder = ''
let data = ''
let outside = ''
let backup = ''

function cli(args: string[], command: string[] = [process.execPath]) {
  const [program = '', ...before] = command
  const { status, stdout } = spawnSync(program, [...before, 'out/main/cli.js', ...args, '--data-dir', data, '--json'], {
    cwd: root,
  })
  return { status, result: JSON.parse(stdout.toString() || '{}') as { file?: string; error?: unknown } }
}
const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')
const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const dump = (name: string, statement: string): string =>
  file(
    name,
    `PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE notes (a);\nINSERT INTO notes VALUES('x');\n${statement}\nCOMMIT;\n`,
  )
/** A database of ours with something done to it. */
const database = (name: string, sql: string): string => {
  const path = join(folder, name)
  const live = new Database(join(data, 'messages.db'), { readonly: true })
  live.prepare('VACUUM INTO ?').run(path)
  live.close()
  const db = new Database(path)
  db.unsafeMode(true)
  db.exec(sql)
  db.close()
  return path
}
const altered = (change: (bytes: Buffer) => Buffer): Buffer => change(Buffer.from(readFileSync(backup)))

vi.setConfig({ testTimeout: 240_000 })
beforeAll(async () => {
  await bundle()
  folder = mkdtempSync(join(tmpdir(), 'hostile-'))
  data = join(folder, 'data')
  outside = join(folder, 'outside')
  mkdirSync(outside)
  makeData(data)
  const db = new Database(join(data, 'messages.db'))
  db.exec(
    "INSERT INTO accounts (id, jid) VALUES (1, '5511999990001@s.whatsapp.net'); INSERT INTO chats (chat_jid) VALUES ('a@g.us')",
  )
  const put = db.prepare(
    "INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text) VALUES (1, 1, @i, '', 0, @i, @i, 'live', 'text', 'text ' || @i)",
  )
  for (let i = 0; i < 500; i++) put.run({ i })
  db.close()
  const made = cli(['backup'])
  expect(made.status).toBe(0)
  backup = String(made.result.file)
}, 240_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Which file, and the word that says why it was refused. */
const corpus: Record<string, [make: () => string, code: string | RegExp]> = {
  ATTACH: [() => dump('attach.sql', `ATTACH '${outside}/a.db' AS a;`), 'statement'],
  'VACUUM INTO': [() => dump('vacuum.sql', `VACUUM INTO '${outside}/v.db';`), 'statement'],
  'a trigger in a dump': [
    () => dump('trigger.sql', 'CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM notes; END;'),
    'statement',
  ],
  'a trigger in a database': [
    () => database('trigger.db', 'CREATE TRIGGER t AFTER INSERT ON chats BEGIN DELETE FROM messages; END'),
    'schema',
  ],
  'a view in the place of a table': [
    () =>
      database(
        'view.db',
        "DROP TABLE bots; CREATE VIEW bots AS SELECT 'x' AS name, '{}' AS spec, 1 AS version, 1 AS updated_at",
      ),
    'schema',
  ],
  'a view in a dump': [
    () =>
      dump(
        'view.sql',
        'CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i FROM n;',
      ),
    'statement',
  ],
  'a virtual table in a dump': [
    () => dump('virtual.sql', `CREATE VIRTUAL TABLE v USING csv(filename='${outside}/v.csv');`),
    'statement',
  ],
  'a virtual table in the place of a table': [
    () =>
      database('virtual.db', 'DROP TABLE bots; CREATE VIRTUAL TABLE bots USING fts5 (name, spec, version, updated_at)'),
    'schema',
  ],
  'a table made of a query': [
    () => dump('as.sql', "CREATE TABLE t AS SELECT writefile('/tmp/evil', 'x');"),
    'statement',
  ],
  'a computed column': [() => database('computed.db', 'ALTER TABLE bots ADD COLUMN evil AS (upper(name))'), 'schema'],
  writable_schema: [
    () =>
      dump(
        'writable.sql',
        "PRAGMA writable_schema=ON;\nINSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('trigger','t','notes',0,'CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM notes; END');",
      ),
    'statement',
  ],
  'writable_schema with our own words, and one more': [
    () =>
      dump(
        'own-words.sql',
        `PRAGMA writable_schema=ON;\n${ownSchemaRow().replace("'messages_fts'", "'bots'")};\nPRAGMA writable_schema=OFF;`,
      ),
    'statement',
  ],
  'a change of sqlite_schema': [
    () => dump('update-schema.sql', "PRAGMA writable_schema=ON;\nUPDATE sqlite_schema SET sql = 'x';"),
    'statement',
  ],
  'a trigger of our own with other words': [
    () =>
      dump(
        'own-trigger.sql',
        'CREATE TRIGGER messages_fts_delete AFTER DELETE ON messages BEGIN DELETE FROM processed_messages; END;',
      ),
    'statement',
  ],
  'a schema that is no SQL': [
    () =>
      database(
        'garbage.db',
        "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE bots (' WHERE name = 'bots'",
      ),
    /^(schema|damaged)$/,
  ],
  'a setting of SQLite': [() => dump('pragma.sql', 'PRAGMA journal_mode=OFF;'), 'statement'],
  'a temporary directory of its own': [
    () => dump('directory.sql', `PRAGMA temp_store_directory='${outside}';`),
    'statement',
  ],
  load_extension: [
    () => dump('extension.sql', "INSERT INTO notes VALUES(load_extension('/tmp/evil.so'));"),
    'statement',
  ],
  writefile: [() => dump('writefile.sql', `INSERT INTO notes VALUES(writefile('${outside}/w','x'));`), 'statement'],
  'a recursive query': [
    () =>
      dump(
        'recursive.sql',
        'INSERT INTO notes WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT zeroblob(1000000) FROM n;',
      ),
    'statement',
  ],
  'a query behind a byte-order mark': [
    () => dump('mark.sql', "INSERT INTO notes \ufeffSELECT a FROM notes UNION ALL VALUES('x');"),
    'statement',
  ],
  'a function behind the 4,000th word of an index': [
    () =>
      dump('words.sql', `CREATE INDEX i ON notes (a) WHERE a IN (${'1,'.repeat(3000)}1) AND a > zeroblob(900000000);`),
    'statement',
  ],
  'short rows of a wide table, which grow to a hundred times their size': [
    () => {
      const columns = Array.from({ length: 500 }, (_, i) => `c${i}`).join(',')
      const rows = '(1),'.repeat(200_000)
      return dump('wide.sql', `CREATE TABLE wide (${columns});\nINSERT INTO wide(c0) VALUES${rows}(1);`)
    },
    'too-large',
  ],
  'a gzip file that unpacks to a thousand times its size': [
    () => file('bomb.sql.gz', gzipSync(Buffer.alloc(300 << 20, ' '), { level: 9 })),
    'too-much-compression',
  ],
  'a zstd file that unpacks to a thousand times its size': [
    () => file('bomb.sql.zst', zstdCompressSync(Buffer.alloc(300 << 20, ' '))),
    'too-much-compression',
  ],
  'gzip members that unpack to a thousand times their size': [
    () =>
      file('bombs.sql.gz', Buffer.concat(Array<Buffer>(300).fill(gzipSync(Buffer.alloc(1 << 20, ' '), { level: 9 })))),
    'too-much-compression',
  ],
  'endless gzip members': [
    () => file('members.sql.gz', Buffer.concat(Array<Buffer>(150_000).fill(gzipSync('')))),
    /^(truncated|unknown-kind|empty|damaged|statement)$/,
  ],
  'one more gzip member behind a whole backup': [
    () =>
      file(
        'appended.sql.gz',
        altered((bytes) => Buffer.concat([bytes, gzipSync("ATTACH '/x' AS y;")])),
      ),
    /^(damaged|truncated)$/,
  ],
  'a symbolic link': [
    () => {
      symlinkSync(backup, join(folder, 'link.sql.gz'))
      return join(folder, 'link.sql.gz')
    },
    'not-a-file',
  ],
  'a link to a file of the data directory': [
    () => {
      symlinkSync(join(data, 'messages.db'), join(folder, 'link.db'))
      return join(folder, 'link.db')
    },
    'not-a-file',
  ],
  'a way through a link into the data directory': [
    () => {
      symlinkSync(data, join(folder, 'elsewhere'))
      return join(folder, 'elsewhere', 'messages.db')
    },
    'inside-data-directory',
  ],
  'the running database under a second name': [
    () => {
      linkSync(join(data, 'messages.db'), join(folder, 'second.db'))
      return join(folder, 'second.db')
    },
    'inside-data-directory',
  ],
  'the running database itself': [() => join(data, 'messages.db'), 'inside-data-directory'],
  'another file of the data directory': [() => join(data, 'session.db'), 'inside-data-directory'],
  'a file that was cut': [
    () =>
      file(
        'cut.sql.gz',
        altered((bytes) => bytes.subarray(0, bytes.length - 300)),
      ),
    'truncated',
  ],
  'a database that was cut': [
    () => {
      const whole = readFileSync(database('whole.db', 'SELECT 1'))
      return file('cut.db', whole.subarray(0, whole.length >> 1))
    },
    /^(damaged|truncated)$/,
  ],
  'an encrypted file that was cut': [
    () => file('cut.sql.gz.age', 'age-encryption.org/v1\n-> X25519 AAAA'),
    /^(damaged|truncated|key-needed)$/,
  ],
  'an encrypted file that asks for years of work': [
    () => file('work.sql.gz.age', 'age-encryption.org/v1\n-> scrypt bm9uZW5vbmVub25lbm9uZQ 63\nAAAA\n--- AAAA\nxxxx'),
    /^(damaged|passphrase-needed)$/,
  ],
  'a file with one bit changed': [
    () =>
      file(
        'bit.sql.gz',
        altered((bytes) => {
          const at = bytes.length >> 1
          bytes[at] = (bytes[at] ?? 0) ^ 4
          return bytes
        }),
      ),
    /^(damaged|truncated)$/,
  ],
  'an empty file': [() => file('empty.sql.gz', ''), 'empty'],
  'a folder': [() => outside, 'not-a-file'],
  'a device': [() => '/dev/zero', 'not-a-file'],
  'a pipe that nobody writes to': [
    () => {
      execFileSync('mkfifo', [join(folder, 'pipe.sql')])
      return join(folder, 'pipe.sql')
    },
    'not-a-file',
  ],
  'a newer version': [() => database('newer.db', 'PRAGMA user_version = 999'), 'newer-version'],
}

/** The statement with which sqlite3 brings the search index back. */
function ownSchemaRow(): string {
  const dumped = execFileSync('sqlite3', [join(data, 'messages.db'), '.dump'], { maxBuffer: 64 << 20 }).toString()
  const row = dumped.split('\n').find((line) => line.startsWith('INSERT INTO sqlite_schema'))
  if (row === undefined) throw new Error('sqlite3 dumps no search index.')
  return row.replace(/;$/, '')
}

const strace = spawnSync('strace', ['--seccomp-bpf', '-f', '-qq', '-o', '/dev/null', 'true']).status === 0
if (!strace) console.warn('strace is not here: what is written where was not watched')
const CALLS =
  'open,openat,openat2,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,mknod,mknodat,unlink,unlinkat,rmdir,truncate,chmod,fchmodat'

/** Runs it, with a record of every path that a system call of any of its processes changed. */
function watched(args: string[]) {
  if (!strace) return { ...cli(args), changed: undefined }
  const log = join(folder, 'strace.log')
  const command = ['strace', '--seccomp-bpf', '-f', '-qq', '-y', '-s', '4096', '-e', `trace=${CALLS}`, '-o', log]
  const done = cli(args, [...command, process.execPath])
  return { ...done, changed: changedPaths(readFileSync(log, 'utf8')) }
}
function changedPaths(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => !/ = -1 E/.test(line))
    .filter((line) => !/ open(at2?)?\(/.test(line) || /O_(WRONLY|RDWR|CREAT|TRUNC)/.test(line))
    .flatMap((line) =>
      [...line.matchAll(/(?:[<]([^<>]*)[>], )?"([^"]*)"/g)].map(([, base, path]) => resolve(base ?? root, path ?? '')),
    )
}

describe.skipIf(process.platform === 'win32')('refused, and nothing changed', () => {
  test.each(Object.entries(corpus))('%s', (_name, [make, code]) => {
    const path = make()
    const live = join(data, 'messages.db')
    const before = digest(live)
    const backups = readdirSync(join(data, 'backups')).sort()
    const { status, result, changed } = watched(['restore', path, '--yes'])
    expect(result.error, JSON.stringify(result)).toMatchObject({ exit_code: 3, code: expect.stringMatching(code) })
    expect(status).toBe(3)
    expect(digest(live)).toBe(before)
    expect(readdirSync(outside)).toEqual([])
    expect(readdirSync(join(data, 'backups')).sort()).toEqual(backups)
    expect(readdirSync(join(data, 'restore')).filter((name) => name !== 'undo.json')).toEqual([])
    if (changed === undefined) return
    expect(changed.some((one) => one.startsWith(data))).toBe(true)
    expect(changed.filter((one) => !['/dev/', '/proc/', data].some((start) => one.startsWith(start)))).toEqual([])
  })
})

test('the same door takes the backup itself', () => {
  const { status, result } = cli(['restore', backup, '--yes'])
  expect(status, JSON.stringify(result)).toBe(0)
  expect(result).toMatchObject({ applied: true, tables: { messages: 500 } })
  expect(existsSync(join(data, 'restore', 'undo.json'))).toBe(true)
})
