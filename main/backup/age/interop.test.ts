// With the `age` tool itself (https://age-encryption.org), both ways. Where it is not installed this is skipped, and says so.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createFile } from '../../store/create-file.ts'
import { createBackupTask } from '../create-task.ts'
import { prepareRestoreTask } from '../restore/prepare-task.ts'
import { verifyBackupTask } from '../verify-task.ts'
import { readIdentities } from './identity.ts'
import type { AgeKey, AgeSecrets } from './key.ts'

// A passphrase is stretched for seconds, several times over.
vi.setConfig({ testTimeout: 120_000 })

const runs = (command: string, ...args: string[]) => spawnSync(command, args).error === undefined
const age = runs('age', '--version') && runs('age-keygen', '--version')
/** age asks for a passphrase on a terminal only; `script` of util-linux makes one. */
const terminal = process.platform === 'linux' && runs('script', '--version')

const PASSPHRASE = 'correct horse battery staple'
const context = { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined }
let folder = ''
let database = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'age-interop-'))
  mkdirSync(path('home'))
  database = path('home/messages.db')
  createFile(database)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const path = (name: string) => join(folder, name)
const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

async function backup(name: string, key?: AgeKey): Promise<string> {
  const input = {
    database,
    target: path(name),
    scratch: path('scratch'),
    format: 'sql.gz',
    reason: 'manual',
    appVersion: '1',
  } as const
  const createdAt = '2026-01-01T00:00:00.000Z'
  await createBackupTask({ ...input, createdAt, settings: {}, ...(key && { key }) }, context)
  return path(name)
}
const verify = (file: string, secrets: AgeSecrets) =>
  verifyBackupTask({ path: file, secrets, scratch: path('scratch') }, context)
const restore = (file: string, secrets: AgeSecrets) =>
  prepareRestoreTask(
    {
      file,
      fileName: 'a',
      upload: 'u',
      work: path('work'),
      live: database,
      mode: 'replace',
      switchOn: false,
      secrets,
      limits: {},
      knownBots: [],
    },
    context,
  )

/** Runs a command on a terminal of its own, and types the passphrase at each of its questions. */
function typing(command: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder })
    let seen = ''
    child.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString()
      if (!/passphrase[^\n]*: ?\r?\n?$/i.test(seen)) return
      seen = ''
      child.stdin.write(`${PASSPHRASE}\n`)
    })
    child.on('error', reject)
    child.on('exit', resolve)
  })
}

describe.skipIf(!age)('with age on this machine', () => {
  function newKey(name: string): { recipient: string; identities: string[]; file: string } {
    const file = path(name)
    execFileSync('age-keygen', ['-o', file], { stdio: 'ignore' })
    const recipient = execFileSync('age-keygen', ['-y', file]).toString().trim()
    return { recipient, identities: readIdentities(readFileSync(file, 'utf8')), file }
  }

  test('a backup to recipients opens with age -d, and here, with the key of each of them', async () => {
    const [one, two, other] = ['one.txt', 'two.txt', 'other.txt'].map(newKey)
    if (!one || !two || !other) throw new Error('No keys.')
    const key: AgeKey = { kind: 'recipients', recipients: [one.recipient, two.recipient] }
    const sealed = await backup('sealed.sql.gz.age', key)
    for (const { file, identities } of [one, two]) {
      execFileSync('age', ['-d', '-i', file, '-o', path('opened.sql.gz'), sealed])
      const plain = await verify(path('opened.sql.gz'), {})
      const proof = await verify(sealed, { identities, passphrase: 'of another file' })
      expect(proof).toMatchObject({ encryption: 'recipients', manifest: plain.manifest })
      expect((await restore(sealed, { identities })).preview).toMatchObject({ proven: true, kind: 'whatslang-backup' })
    }
    await expect(verify(sealed, { identities: other.identities })).rejects.toMatchObject({ code: 'WRONG_KEY' })
    await expect(restore(sealed, { identities: other.identities })).rejects.toMatchObject({ code: 'wrong-key' })
    await expect(restore(sealed, {})).rejects.toMatchObject({ code: 'key-needed' })
  })

  test('what age -r encrypted is verified and restored here', async () => {
    const plain = await backup('by-hand.sql.gz')
    const { recipient, identities } = newKey('hand.txt')
    const sealed = path('by-hand.sql.gz.age')
    execFileSync('age', ['-r', recipient, '-o', sealed, plain])
    expect(await verify(sealed, { identities })).toMatchObject({ encryption: 'recipients', format: 'sql.gz' })
    expect((await restore(sealed, { identities })).preview?.proven).toBe(true)
  })

  describe.skipIf(!terminal)('asked for a passphrase on a terminal', () => {
    test('age -d opens a backup that was made with a passphrase', async () => {
      const plain = await backup('asked.sql.gz')
      const sealed = await backup('asked.sql.gz.age', { kind: 'passphrase', passphrase: PASSPHRASE })
      expect(await typing(`age -d -o asked-opened.sql.gz ${sealed}`)).toBe(0)
      expect(digest(path('asked-opened.sql.gz'))).toBe(digest(plain))
    })

    test('what age -p encrypted is verified and restored here', async () => {
      const plain = await backup('typed.sql.gz')
      expect(await typing(`age -p -o typed.sql.gz.age ${plain}`)).toBe(0)
      const sealed = path('typed.sql.gz.age')
      expect(await verify(sealed, { passphrase: PASSPHRASE })).toMatchObject({ encryption: 'passphrase' })
      expect((await restore(sealed, { passphrase: PASSPHRASE })).preview?.proven).toBe(true)
      await expect(restore(sealed, { passphrase: 'wrong' })).rejects.toMatchObject({ code: 'wrong-passphrase' })
    })
  })
})

test('a key is read from what age-keygen writes, and nothing else is taken for one', () => {
  const key = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX'
  expect(readIdentities(`# created: today\n# public key: age1x\r\n${key}\n\n`)).toEqual([key])
  for (const text of ['', '# nothing\n', 'correct horse', key.slice(0, -1), `${key}\nmore`, 'AGE-SECRET-KEY-1']) {
    let refused: unknown
    try {
      readIdentities(text)
    } catch (error) {
      refused = error
    }
    expect(refused).toMatchObject({ code: 'BAD_KEY' })
    expect(String(refused)).not.toMatch(/correct|GFPYY/)
  }
})
