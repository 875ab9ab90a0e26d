import {
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { giveToOwner } from './give-to-owner.ts'

const OWNER = 65_534
let folder = ''
let data = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'owner-'))
  data = join(folder, 'data')
  mkdirSync(join(data, 'backups'), { recursive: true })
  writeFileSync(join(folder, 'precious'), '')
  mkdirSync(join(folder, 'outside'))
  writeFileSync(join(folder, 'outside', 'precious'), '')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const ownerOf = (...parts: string[]) => lstatSync(join(folder, ...parts)).uid

describe.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'what root made in a folder (needs root)',
  () => {
    test('of another user goes to that user, at every depth', async () => {
      writeFileSync(join(data, 'messages.db'), '')
      writeFileSync(join(data, 'backups', 'messages_1.sql.gz'), '')
      writeFileSync(join(data, 'of-a-third-user'), '')
      chownSync(join(data, 'of-a-third-user'), 1234, 1234)
      chownSync(data, OWNER, OWNER)
      expect(await giveToOwner(data)).toBe(3)
      for (const name of ['messages.db', 'backups', 'backups/messages_1.sql.gz']) {
        expect([ownerOf('data', name), statSync(join(data, name)).gid], name).toEqual([OWNER, OWNER])
      }
      expect(ownerOf('data', 'of-a-third-user')).toBe(1234)
      expect(await giveToOwner(data)).toBe(0)
    })
    test('never what a link or a second name leads to', async () => {
      symlinkSync(join(folder, 'precious'), join(data, 'link'))
      symlinkSync(join(folder, 'outside'), join(data, 'backups', 'folder'))
      linkSync(join(folder, 'precious'), join(data, 'second-name'))
      chownSync(data, OWNER, OWNER)
      await giveToOwner(data)
      expect([ownerOf('precious'), ownerOf('outside'), ownerOf('outside', 'precious')]).toEqual([0, 0, 0])
    })
    test('of root stays root’s; one that is not there is none', async () => {
      writeFileSync(join(data, 'messages.db'), '')
      expect(await giveToOwner(data)).toBe(0)
      expect(ownerOf('data', 'messages.db')).toBe(0)
      expect(await giveToOwner(join(folder, 'nothing'))).toBe(0)
    })
  },
)
