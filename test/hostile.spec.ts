// Files that were made to do harm, or that harm was done to, at the door that people use: the command line. Each is refused with
// exit code 3, and neither the running database nor anything outside the data directory changes.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
let folder = ''
let data = ''
let outside = ''
let backup = ''

function cli(args: string[], command: string[] = [process.execPath]) {
  const [program = '', ...before] = command
  const { status, stdout } = spawnSync(
    program,
    [...before, 'main/cli/index.ts', ...args, '--data-dir', data, '--json'],
    { cwd: root },
  )
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

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'))
  data = join(folder, 'data')
  outside = join(folder, 'outside')
  mkdirSync(outside)
  expect(cli(['backup']).status).toBe(0)
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
})
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
  'a computed column': [() => database('computed.db', 'ALTER TABLE bots ADD COLUMN evil AS (upper(name))'), 'schema'],
  writable_schema: [
    () =>
      dump(
        'writable.sql',
        "PRAGMA writable_schema=ON;\nINSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('trigger','t','notes',0,'CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM notes; END');",
      ),
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
  'a gzip file that unpacks to a thousand times its size': [
    () => file('bomb.sql.gz', gzipSync(Buffer.alloc(300 << 20, ' '), { level: 9 })),
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
  'a newer version': [() => database('newer.db', 'PRAGMA user_version = 999'), 'newer-version'],
}

describe.skipIf(process.platform === 'win32')('refused, and nothing changed', () => {
  test.each(Object.entries(corpus))('%s', (_name, [make, code]) => {
    const path = make()
    const live = join(data, 'messages.db')
    const before = digest(live)
    const backups = readdirSync(join(data, 'backups')).sort()
    const started = performance.now()
    const { status, result } = cli(['restore', path, '--yes'])
    expect(result.error, JSON.stringify(result)).toMatchObject({ exit_code: 3, code: expect.stringMatching(code) })
    expect(status).toBe(3)
    expect(performance.now() - started).toBeLessThan(60_000)
    expect(digest(live)).toBe(before)
    expect(readdirSync(outside)).toEqual([])
    expect(readdirSync(join(data, 'backups')).sort()).toEqual(backups)
    expect(readdirSync(join(data, 'restore')).filter((name) => name !== 'undo.json')).toEqual([])
  })

  const strace = spawnSync('strace', ['-V']).status === 0
  test.skipIf(!strace)('no system call of it writes outside the data directory', () => {
    for (const name of ['ATTACH', 'VACUUM INTO', 'a trigger in a database']) {
      const entry = corpus[name]
      if (entry === undefined) throw new Error(`There is no ${name} in the corpus.`)
      rmSync(join(folder, 'trigger.db'), { force: true })
      const log = join(folder, 'strace.log')
      const calls =
        'trace=open,openat,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,unlink,unlinkat,truncate'
      const { status } = cli(
        ['restore', entry[0](), '--yes'],
        ['strace', '-f', '-qq', '-y', '-s', '4096', '-e', calls, '-o', log, process.execPath],
      )
      expect(status).toBe(3)
      const written = readFileSync(log, 'utf8')
        .split('\n')
        .filter(
          (line) => !/ = -1 E/.test(line) && (!/ open(at)?\(/.test(line) || /O_(WRONLY|RDWR|CREAT|TRUNC)/.test(line)),
        )
        .flatMap((line) => [...line.matchAll(/"(\/[^"]*)"/g)].map(([, path]) => String(path)))
      expect(written.some((path) => path.startsWith(data))).toBe(true)
      const strangers = written.filter((path) => !['/dev/', '/proc/', data].some((start) => path.startsWith(start)))
      expect(strangers).toEqual([])
    }
  })
})

test('the same door takes the backup itself', () => {
  const { status, result } = cli(['restore', backup, '--yes'])
  expect(status, JSON.stringify(result)).toBe(0)
  expect(result).toMatchObject({ applied: true, tables: { messages: 500 } })
  expect(existsSync(join(data, 'restore', 'undo.json'))).toBe(true)
})
