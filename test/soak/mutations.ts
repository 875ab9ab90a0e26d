// `npm run soak -- mutations [--rounds 10000] [--format db]`: alters one backup of each format in one place, plain and encrypted, and reads the
// file alone, with no catalogue beside it: each alteration must be noticed. One JSON line for each kind of file.
import { randomBytes, randomInt } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import Database from 'better-sqlite3'
import type { AgeKey, AgeSecrets } from '../../main/backup/age/key.ts'
import { BackupError } from '../../main/backup/backup-error.ts'
import { createBackupTask } from '../../main/backup/create-task.ts'
import { openBackup } from '../../main/backup/read-backup.ts'
import { createFile } from '../../main/store/create-file.ts'
import type { BackupFormat } from '../../preload/contract/backups.ts'

const FORMATS: BackupFormat[] = ['sql.gz', 'sql', 'sql.zst', 'db']
const context = { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined }

interface Kind {
  name: string
  format: BackupFormat
  rounds: number
  key?: AgeKey
  secrets?: AgeSecrets
}

async function kinds(rounds: number): Promise<Kind[]> {
  const identity = await generateX25519Identity()
  const key: AgeKey = { kind: 'recipients', recipients: [await identityToRecipient(identity)] }
  const passphrase = 'correct horse'
  return [
    ...FORMATS.map((format) => ({ name: format, format, rounds })),
    ...FORMATS.map((format) => ({ name: `${format}.age`, format, rounds, key, secrets: { identities: [identity] } })),
    // A passphrase is stretched for most of a second at each reading; only the header differs from the kind above.
    {
      name: 'passphrase',
      format: 'sql.gz',
      rounds: Math.ceil(rounds / 50),
      key: { kind: 'passphrase', passphrase },
      secrets: { passphrase },
    },
  ]
}

/** Each returns other bytes than it was given, or the same where chance has it. */
const MUTATIONS: Record<string, (whole: Buffer, at: number) => Buffer> = {
  bit: (whole, at) => replaced(whole, at, Buffer.of((whole[at] ?? 0) ^ (1 << randomInt(8)))),
  byte: (whole, at) => replaced(whole, at, randomBytes(1)),
  cut: (whole, at) => whole.subarray(0, at),
  beheaded: (whole, at) => whole.subarray(at),
  zeros: (whole, at) => replaced(whole, at, Buffer.alloc(Math.min(randomInt(1, 600), whole.length - at))),
  gone: (whole, at) => Buffer.concat([whole.subarray(0, at), whole.subarray(at + randomInt(1, 600))]),
  inserted: (whole, at) => Buffer.concat([whole.subarray(0, at), randomBytes(randomInt(1, 40)), whole.subarray(at)]),
  doubled: (whole, at) => Buffer.concat([whole.subarray(0, at), whole.subarray(Math.max(0, at - randomInt(1, 600)))]),
  appended: (whole) => Buffer.concat([whole, randomBytes(randomInt(1, 600))]),
  twice: (whole) => Buffer.concat([whole, whole]),
}
const replaced = (whole: Buffer, at: number, bytes: Buffer): Buffer => {
  const copy = Buffer.from(whole)
  bytes.copy(copy, at)
  return copy
}

export async function mutations(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: 'string', default: '10000' }, format: { type: 'string' } },
  })
  const folder = mkdtempSync(join(tmpdir(), 'mutations-'))
  try {
    const database = join(folder, 'messages.db')
    fill(database)
    let good = true
    const chosen = (await kinds(Number(values.rounds))).filter(
      ({ name }) => values.format === undefined || name === values.format,
    )
    for (const kind of chosen) {
      const { name, format, key, secrets } = kind
      const target = join(folder, `backup.${name}`)
      await createBackupTask(
        {
          database,
          target,
          scratch: join(folder, 'scratch'),
          format,
          reason: 'manual',
          appVersion: '0',
          createdAt: '2026-01-01T00:00:00.000Z',
          settings: {},
          ...(key && { key }),
        },
        context,
      )
      if ((await read(target, secrets)) !== 'whole') throw new Error(`The ${name} backup is not whole to begin with.`)
      const report = await mutate(kind, readFileSync(target), join(folder, `mutated.${name}`))
      good &&= report.unnoticed.length === 0
      console.log(JSON.stringify({ soak: 'mutations', ok: report.unnoticed.length === 0, ...report }))
    }
    return good && chosen.length > 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function mutate({ name: kind, rounds, secrets }: Kind, whole: Buffer, path: string) {
  const names = Object.keys(MUTATIONS)
  const noticed: Record<string, number> = {}
  const unnoticed: string[] = []
  for (let round = 0; round < rounds; ) {
    const name = names[round % names.length] ?? ''
    // A third of them at either end, where headers, trailers and manifests lie.
    const at = [randomInt(whole.length), randomInt(400), whole.length - 1 - randomInt(400)][round % 3] ?? 0
    const changed = MUTATIONS[name]?.(whole, at)
    if (changed === undefined || changed.equals(whole)) continue
    round++
    writeFileSync(path, changed)
    const code = await read(path, secrets)
    if (code === 'whole') unnoticed.push(`${name} at ${at} of ${whole.length}`)
    noticed[code] = (noticed[code] ?? 0) + 1
  }
  return { kind, bytes: whole.length, rounds, noticed, unnoticed: unnoticed.slice(0, 20) }
}

/** @returns how the file was refused, or 'whole' */
async function read(path: string, secrets: AgeSecrets = {}): Promise<string> {
  try {
    const opened = openBackup(path, secrets)
    for await (const _ of opened.content);
    opened.proof()
    return 'whole'
  } catch (error) {
    // Anything else is a bug in the reader.
    if (error instanceof BackupError) return error.code
    throw error
  }
}

function fill(path: string): void {
  createFile(path)
  const db = new Database(path)
  db.exec(
    "INSERT INTO accounts (id, jid) VALUES (1, '5511999990001@s.whatsapp.net'); INSERT INTO chats (id, chat_jid) VALUES (1, 'a@g.us')",
  )
  const put = db.prepare(
    "INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text, raw) VALUES (1, 1, @i, '', 0, @i, @i, 'live', 'text', 'A message with the number ' || @i, randomblob(20))",
  )
  db.transaction(() => {
    for (let i = 0; i < 300; i++) put.run({ i })
  })()
  db.close()
}
