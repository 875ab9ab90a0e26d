import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createUploads, UNUSED_MS, type Uploads } from './uploads.ts'

let folder: string
let time: number
let uploads: Uploads
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uploads-'))
  time = 0
  uploads = createUploads({
    database: join(folder, 'data', 'messages.db'),
    folder: join(folder, 'data', 'restore'),
    clock: { now: Date.now, monotonic: () => time },
    checkFile: async () => 3,
  })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('forgets a file that was not used for two hours, and removes what was sent here', async () => {
  const sent = await uploads.path()
  writeFileSync(sent, 'abc')
  const own = join(folder, 'own.db')
  writeFileSync(own, 'abc')
  // The running database has to be somewhere for the check of what was sent.
  writeFileSync(join(folder, 'data', 'messages.db'), 'x')
  const { upload: first } = await uploads.register(sent, { owned: true })
  const { upload: second } = await uploads.register(own)
  time = UNUSED_MS / 2
  uploads.find(second)
  time = UNUSED_MS + 1
  await uploads.sweep()
  expect(() => uploads.find(first)).toThrow('no longer at hand')
  expect(existsSync(sent)).toBe(false)
  expect(uploads.find(second).path).toBe(own)
  time = 3 * UNUSED_MS
  await uploads.sweep()
  expect(() => uploads.find(second)).toThrow('no longer at hand')
  expect(existsSync(own)).toBe(true)
})
