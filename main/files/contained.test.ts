import { fork } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ContainmentError, emptyFolder, entryOf, removeFile, removeTree } from './contained.ts'

let folder = ''
let own = ''
let outside = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'contained-'))
  own = join(folder, 'own')
  outside = join(folder, 'outside')
  for (const path of [own, outside, join(outside, 'deep')]) mkdirSync(path)
  writeFileSync(join(outside, 'precious'), 'kept')
  writeFileSync(join(outside, 'deep', 'precious'), 'kept')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const untouched = () => {
  expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('kept')
  expect(readFileSync(join(outside, 'deep', 'precious'), 'utf8')).toBe('kept')
}

describe('a folder of ours', () => {
  test('is removed with all that is in it, however deep', async () => {
    const depth = 1200
    let at = join(own, 'tree')
    mkdirSync(at)
    process.chdir(at)
    // Longer than any path may be.
    for (let level = 0; level < depth; level++) {
      mkdirSync('a folder')
      writeFileSync('file', '')
      process.chdir('a folder')
      at = join(at, 'a folder')
    }
    process.chdir(import.meta.dirname)
    expect(at.length).toBeGreaterThan(4096)
    expect(await removeTree(join(own, 'tree'), own)).toBe(true)
    expect(readdirSync(own)).toEqual([])
    expect(await removeTree(join(own, 'tree'), own)).toBe(false)
  })

  test('links in it are removed, and what they point to stays', async () => {
    mkdirSync(join(own, 'tree', 'inner'), { recursive: true })
    symlinkSync(outside, join(own, 'tree', 'absolute'))
    symlinkSync(relative(join(own, 'tree', 'inner'), outside), join(own, 'tree', 'inner', 'relative'))
    symlinkSync(join(outside, 'precious'), join(own, 'tree', 'file'))
    symlinkSync(join(own, 'tree'), join(own, 'tree', 'inner', 'loop'))
    symlinkSync(outside, join(own, 'link'))
    expect(await removeTree(join(own, 'tree'), own)).toBe(true)
    expect(await removeTree(join(own, 'link'), own)).toBe(true)
    expect(readdirSync(own)).toEqual([])
    untouched()
  })

  test('is emptied but for what is kept; one entry that cannot go does not keep the others', async () => {
    for (const name of ['a', 'keep', 'z']) mkdirSync(join(own, name))
    symlinkSync(outside, join(own, 'link'))
    expect(await emptyFolder(own, (name) => name === 'keep')).toEqual([])
    expect(readdirSync(own)).toEqual(['keep'])
    expect(await emptyFolder(join(own, 'missing'))).toEqual([])
    symlinkSync(outside, join(folder, 'to-outside'))
    expect(await emptyFolder(join(folder, 'to-outside'))).toEqual([])
    untouched()
  })
})

describe('nothing outside is removed', () => {
  test.each([
    ['the folder itself', ''],
    ['the folder itself by a dot', '.'],
    ['the folder above', '..'],
    ['a neighbour', '../outside'],
    ['a neighbour whose name begins the same', '../own-too'],
    ['through a folder and back', 'inner/../../outside'],
    ['a file of a neighbour', '../outside/precious'],
    ['through a link', 'link/precious'],
    ['through a link, deeper', 'link/deep'],
    ['what is not there', '../nothing/at/all'],
  ])('%s', async (_what, path) => {
    mkdirSync(join(own, 'inner'))
    mkdirSync(join(folder, 'own-too'))
    symlinkSync(outside, join(own, 'link'))
    for (const remove of [removeTree, removeFile]) {
      await expect(remove(join(own, path), own)).rejects.toBeInstanceOf(ContainmentError)
      await expect(remove(`${own}/${path}`, own)).rejects.toBeInstanceOf(ContainmentError)
    }
    expect(readdirSync(own).sort()).toEqual(['inner', 'link'])
    expect(existsSync(join(folder, 'own-too'))).toBe(true)
    untouched()
  })

  test('a file is removed as a file: never a folder, and of a link only the link', async () => {
    writeFileSync(join(own, 'file'), '')
    mkdirSync(join(own, 'inner'))
    symlinkSync(join(outside, 'precious'), join(own, 'link'))
    expect(await removeFile(join(own, 'file'), own)).toBe(true)
    expect(await removeFile(join(own, 'file'), own)).toBe(false)
    expect(await removeFile(join(own, 'link'), own)).toBe(true)
    await expect(removeFile(join(own, 'inner'), own)).rejects.toThrow()
    expect(readdirSync(own)).toEqual(['inner'])
    untouched()
  })

  // Another process swaps folders for links to the outside as fast as it can.
  test.each(['top', 'inner'] as const)(
    'while somebody swaps a folder for a link: %s',
    async (which) => {
      const rival = join(folder, 'rival.mjs')
      writeFileSync(
        rival,
        `import { readdirSync, renameSync, symlinkSync } from 'node:fs'
       const [own, outside, which] = process.argv.slice(2)
       const swap = (path) => {
         try { renameSync(path, path + '.old'); symlinkSync(outside, path) } catch { /* it was gone already */ }
       }
       process.send('ready')
       for (;;) {
         for (const name of readdirSync(own)) {
           if (name.endsWith('.old')) continue
           if (which === 'top') { swap(own + '/' + name); continue }
           for (const inner of ['p', 'q', 'r']) swap(own + '/' + name + '/' + inner)
         }
       }`,
      )
      const swapping = fork(rival, [own, outside, which])
      await new Promise((resolve) => swapping.once('message', resolve))
      try {
        const end = Date.now() + 1500
        for (let round = 0; Date.now() < end; round++) {
          const tree = join(own, `tree-${round}`)
          mkdirSync(tree, { recursive: true })
          for (const name of ['p', 'q', 'r']) {
            try {
              mkdirSync(join(tree, name))
            } catch {
              // The rival was faster: the tree is a link already.
            }
          }
          await removeTree(tree, own).catch(() => undefined) // what was swapped in the middle may be refused
        }
      } finally {
        swapping.kill('SIGKILL')
        await new Promise((resolve) => swapping.once('exit', resolve))
      }
      untouched()
      expect(lstatSync(join(outside, 'deep')).isDirectory()).toBe(true)
      await emptyFolder(own)
      untouched()
    },
    20_000,
  )
})

describe('a name from outside', () => {
  test.each(['', '.', '..', '../x', 'a/b', 'a\\b', '/etc/passwd', 'a\0b', 'x'.repeat(256)])(
    '%j is no entry',
    (name) => {
      expect(() => entryOf(own, name)).toThrow(ContainmentError)
    },
  )
  test.each(['messages_20260101_020000.sql.gz', '...', '.hidden', '%2e%2e', 'ä ö'])('%j is one', (name) => {
    expect(entryOf(own, name)).toBe(join(own, name))
  })
})
