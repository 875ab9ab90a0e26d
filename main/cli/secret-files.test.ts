import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateX25519Identity } from 'age-encryption'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UsageError } from './arguments.ts'
import { readPassphrase, readSecrets } from './secret-files.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secret-files-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, bytes: Buffer | string): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}
const utf16 = (text: string, order: 'le' | 'be') => {
  const bytes = Buffer.from(text, 'utf16le')
  return order === 'le' ? bytes : bytes.swap16()
}

const SAID = 'correct hörse 馬'
test.each<[what: string, bytes: Buffer | string]>([
  ['UTF-8', SAID],
  ['a line of UTF-8', `${SAID}\n`],
  ['a line of Windows', `${SAID}\r\nnext line\r\n`],
  ['a line of an old Mac', `${SAID}\rnext`],
  ['blanks at the end of the line', `${SAID} \t \n`],
  ['a byte-order mark', `\uFEFF${SAID}\r\n`],
  ['UTF-16 as PowerShell writes it', utf16(`\uFEFF${SAID}\r\n`, 'le')],
  ['UTF-16 of the other order', utf16(`\uFEFF${SAID}\r\n`, 'be')],
  ['UTF-16 without a mark', utf16(`${SAID}\r\n`, 'le')],
  ['UTF-16 of the other order without a mark', utf16(`${SAID}\n`, 'be')],
])('a passphrase in %s is what a person types', async (what, bytes) => {
  expect(await readPassphrase(file(what.replaceAll(' ', '-'), bytes))).toBe(SAID)
})

test.each<[what: string, bytes: Buffer | string, message: RegExp]>([
  ['nothing', '', /is empty/],
  ['an empty first line', '\nsecond', /is empty/],
  ['blanks only', ' \t\r\n', /is empty/],
  ['a mark only', '\uFEFF', /is empty/],
  ['bytes that are no text', Buffer.from([0x70, 0xff, 0xc3, 0x28]), /no text in UTF-8 or UTF-16/],
  ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 0, 0, 0, 0, 0]), /no text/],
  ['a large file', 'x'.repeat(100_000), /larger than/],
])('%s in the place of a passphrase is wrong use', async (what, bytes, message) => {
  const read = readPassphrase(file(what.replaceAll(' ', '-'), bytes))
  await expect(read).rejects.toThrow(UsageError)
  await expect(read).rejects.toThrow(message)
})

test('an identity file of Windows opens as well', async () => {
  const key = await generateX25519Identity()
  const identityFile = file('key.txt', utf16(`\uFEFF# created by hand\r\n${key}\r\n`, 'le'))
  expect(await readSecrets({ passphraseFile: undefined, identityFile })).toEqual({ identity: key })
})

test.skipIf(process.platform === 'win32')(
  'a pipe, a folder and a missing file are told, and not waited for',
  async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    for (const option of ['passphraseFile', 'identityFile'] as const) {
      const read = (path: string) => readSecrets({ passphraseFile: undefined, identityFile: undefined, [option]: path })
      await expect(read(pipe)).rejects.toThrow(/is a pipe, not a file/)
      await expect(read(folder)).rejects.toThrow(/is a folder, not a file/)
      await expect(read(join(folder, 'none'))).rejects.toThrow(/There is no/)
    }
  },
)
