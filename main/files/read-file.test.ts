import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, lchownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readNamedFile, readOwnFile, readRegularFile } from './read-file.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-file-'))
  path = join(folder, 'file')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const posix = process.platform !== 'win32'
const root = process.geteuid?.() === 0
const STRANGER = 54321

describe('a file that steers the program', () => {
  test('is read whole, also through a link of one’s own; where there is none, there is none', () => {
    expect(readOwnFile(path, 10)).toBeUndefined()
    expect(readOwnFile(join(path, 'below'), 10)).toBeUndefined()
    writeFileSync(path, '0123456789', { mode: 0o600 })
    expect(readOwnFile(path, 10)?.toString()).toBe('0123456789')
    symlinkSync(path, join(folder, 'link'))
    expect(readOwnFile(join(folder, 'link'), 10)?.toString()).toBe('0123456789')
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'))
    expect(readOwnFile(join(folder, 'dangling'), 10)).toBeUndefined()
  })

  test('has a size that it cannot exceed', () => {
    writeFileSync(path, '0123456789a')
    expect(() => readRegularFile(path, 10)).toThrow(/larger than/)
    if (process.platform === 'linux') expect(() => readRegularFile('/proc/self/smaps', 1000)).toThrow(/larger than/)
  })

  test.skipIf(!posix)('is no pipe, device, folder or socket; none of them is waited for', async () => {
    execFileSync('mkfifo', [path])
    symlinkSync(path, join(folder, 'link'))
    const server = createServer().listen(join(folder, 'socket'))
    mkdirSync(join(folder, 'folder'))
    const places = [
      [path, 'a pipe'],
      [join(folder, 'link'), 'a pipe'],
      [join(folder, 'folder'), 'a folder'],
      [join(folder, 'socket'), 'a socket'],
      ['/dev/zero', 'a device'],
      ['/dev/tty', 'a device'],
    ] as const
    for (const [place, what] of places) {
      expect(() => readRegularFile(place, 1000), place).toThrow(`${place} is ${what}, not a file.`)
      expect(() => readOwnFile(place, 1000), place).toThrow(`${place} is ${what}`)
      await expect(readNamedFile(place, 1000), place).rejects.toThrow(`${place} is ${what}`)
    }
    await new Promise((resolve) => server.close(resolve))
  })

  test.skipIf(!posix)('cannot be written by others', () => {
    writeFileSync(path, 'x')
    for (const mode of [0o620, 0o602, 0o666]) {
      chmodSync(path, mode)
      expect(() => readOwnFile(path, 10)).toThrow(/can be written by other users \(mode 6/)
      expect(readRegularFile(path, 10)?.toString()).toBe('x')
    }
    chmodSync(path, 0o644)
    expect(readOwnFile(path, 10)?.toString()).toBe('x')
  })

  test.skipIf(!root)('is not another user’s, and neither is a link in its place', () => {
    writeFileSync(path, 'x', { mode: 0o644 })
    symlinkSync(path, join(folder, 'link'))
    lchownSync(join(folder, 'link'), STRANGER, STRANGER)
    expect(() => readOwnFile(join(folder, 'link'), 10)).toThrow(`belongs to another user (${STRANGER})`)
    chownSync(path, STRANGER, STRANGER)
    expect(() => readOwnFile(path, 10)).toThrow(`belongs to another user (${STRANGER})`)
    expect(readRegularFile(path, 10)?.toString()).toBe('x')
    // The owner of the folder that the user chose is believed; a third one is not.
    chownSync(folder, STRANGER, STRANGER)
    expect(readOwnFile(path, 10, { folder })?.toString()).toBe('x')
    chownSync(path, STRANGER + 1, STRANGER + 1)
    expect(() => readOwnFile(path, 10, { folder })).toThrow(/another user/)
  })
})

describe.skipIf(!posix)('a file that was named on the command line', () => {
  const read = (script: string) =>
    spawnSync('bash', ['-c', script], { timeout: 15_000, env: { ...process.env, FILE: path }, encoding: 'utf8' })
  const program = `import('${new URL('./read-file.ts', import.meta.url).href}').then(async (m) => process.stdout.write(await m.readNamedFile(process.argv[1], 20)))`
  const node = `'${process.execPath}' --input-type=module -e "${program}"`

  test('may be a pipe of this process: what a shell hands over', () => {
    expect(read(`${node} <(printf 'from a pipe')`).stdout).toBe('from a pipe')
    expect(read(`printf 'standard input' | ${node} /dev/stdin`).stdout).toBe('standard input')
    writeFileSync(path, 'a file')
    expect(read(`${node} /dev/stdin < "$FILE"`).stdout).toBe('a file')
    expect(read(`yes | ${node} /dev/stdin`).stderr).toContain('larger than')
  })
})
