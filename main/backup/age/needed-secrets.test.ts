import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { neededSecrets } from './needed-secrets.ts'

let folder: string
let identity: string
const path = (name: string) => join(folder, name)
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'needed-secrets-'))
  identity = await generateX25519Identity()
  const seal = async (prepare: (encrypter: Encrypter) => void, name: string) => {
    const encrypter = new Encrypter()
    prepare(encrypter)
    writeFileSync(path(name), await encrypter.encrypt('text'))
  }
  const recipient = await identityToRecipient(identity)
  await seal((encrypter) => encrypter.addRecipient(recipient), 'recipients')
  await seal((encrypter) => {
    encrypter.setScryptWorkFactor(2)
    encrypter.setPassphrase('right')
  }, 'passphrase')
  writeFileSync(path('plain'), 'BEGIN;\n')
  writeFileSync(path('compressed'), gzipSync('BEGIN;\n'))
  writeFileSync(path('looks-alike'), 'age-encryption.org/v2\n-> scrypt x 1\n')
  writeFileSync(path('short'), readFileSync(path('passphrase')).subarray(0, 10))
  writeFileSync(path('empty'), '')
  mkdirSync(path('folder'))
  if (process.platform !== 'win32') execFileSync('mkfifo', [path('pipe')])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('what the reader of a file is told', () => {
  test.each(['plain', 'compressed', 'looks-alike', 'short', 'empty', 'folder', 'missing', 'pipe'])(
    'of %s: nothing, and the keychain is not asked',
    async (name) => {
      const passphrase = vi.fn(() => 'right')
      expect(await neededSecrets(path(name), { passphrase, identity })).toEqual({})
      expect(passphrase).not.toHaveBeenCalled()
    },
  )
  test('of a file with a passphrase: that one and no key', async () => {
    expect(await neededSecrets(path('passphrase'), { passphrase: async () => 'right', identity })).toEqual({
      passphrase: 'right',
    })
  })
  test('of a file to recipients: the keys and no passphrase', async () => {
    const passphrase = vi.fn(() => 'right')
    expect(await neededSecrets(path('recipients'), { passphrase, identity })).toEqual({ identities: [identity] })
    expect(passphrase).not.toHaveBeenCalled()
  })
})
