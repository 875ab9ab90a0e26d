import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sendFile, sendTemporary } from './open-file.ts'

let folder = ''
let path = ''
const content = Buffer.alloc(1_000_001, 'content ')
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-file-'))
  path = join(folder, 'export.csv')
  writeFileSync(path, content)
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true, force: true })
})

/** Descriptors of this process that are of the folder. */
const open = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
    } catch {
      // The one that listed the others.
      return false
    }
  }).length
const linux = process.platform === 'linux'

test('a temporary file has no name any more while it is sent, arrives whole, and is closed at its end', async () => {
  const file = await sendTemporary(path, 'chats.csv')
  expect(existsSync(path)).toBe(false)
  expect([file.name, file.size, file.type]).toEqual(['chats.csv', content.length, 'application/octet-stream'])
  expect(file).toBeInstanceOf(Blob)
  if (linux) expect(open()).toBe(1)
  expect(Buffer.from(await file.arrayBuffer()).equals(content)).toBe(true)
  if (linux) await expect.poll(open).toBe(0)
  expect(() => file.stream()).toThrow(TypeError)
})

test('a WebSocket carries it as a part of a form', async () => {
  const form = new FormData()
  form.set('0', await sendTemporary(path, 'chats.csv'))
  const blob = await new Response(form).blob()
  expect(Buffer.from(await blob.arrayBuffer()).includes(content)).toBe(true)
  if (linux) await expect.poll(open).toBe(0)
})

test.skipIf(!linux)('it is closed when its reader goes away, and when nobody comes', async () => {
  const reader = (await sendFile(path, 'x')).stream().getReader()
  await reader.read()
  expect(open()).toBe(1)
  await reader.cancel()
  await expect.poll(open).toBe(0)

  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const waiting = await sendFile(path, 'x')
  const slow = (await sendFile(path, 'x')).stream().getReader()
  await slow.read()
  expect(open()).toBe(2)
  vi.advanceTimersByTime(11 * 60_000)
  vi.useRealTimers()
  await expect.poll(open).toBe(0)
  await expect(slow.read()).rejects.toThrow()
  await expect(waiting.arrayBuffer()).rejects.toThrow()
})

test('an empty file is one', async () => {
  writeFileSync(path, '')
  const file = await sendFile(path, 'x')
  expect([file.size, await file.text()]).toEqual([0, ''])
})

test('a link, a folder or a pipe in its place is not sent, and nothing stays open', async () => {
  symlinkSync(path, join(folder, 'link'))
  mkdirSync(join(folder, 'folder'))
  const names = ['link', 'folder', 'missing']
  if (linux) {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    names.push('pipe')
  }
  for (const name of names) await expect(sendFile(join(folder, name), name), name).rejects.toThrow()
  if (linux) expect(open()).toBe(0)
})
