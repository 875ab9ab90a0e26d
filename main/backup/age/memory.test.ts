import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Encrypter } from 'age-encryption'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { portableSink } from './encrypt.ts'
import { decrypterFor, requireMemory } from './key.ts'
import { memoryLeft } from './memory.ts'

const MB = 1024 * 1024
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memory-'))
  put('proc/meminfo', 'MemTotal: 9000000 kB\nMemAvailable:    4096000 kB\n')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const sources = () => ({ proc: join(folder, 'proc'), cgroup: join(folder, 'cgroup') })
function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

test('a container of 256 MB: what its files hold in memory does not count', () => {
  put('proc/self/cgroup', '0::/\n')
  put('cgroup/memory.max', `${256 * MB}\n`)
  put('cgroup/memory.current', `${200 * MB}\n`)
  put('cgroup/memory.stat', `anon 1\ninactive_file ${100 * MB}\n`)
  expect(memoryLeft(sources())).toBe(156 * MB)
})

test('a group counts against those above it, and one without a limit says nothing', () => {
  put('proc/self/cgroup', '0::/service/inner\n')
  put('cgroup/service/inner/memory.max', 'max\n')
  put('cgroup/service/memory.max', `${300 * MB}\n`)
  put('cgroup/service/memory.current', `${50 * MB}\n`)
  expect(memoryLeft(sources())).toBe(250 * MB)
})

test('the older kind of groups, and a path of the host that is not there inside', () => {
  put('proc/self/cgroup', '4:memory:/docker/abc\n1:cpu:/\n')
  put('cgroup/memory/memory.limit_in_bytes', `${128 * MB}\n`)
  put('cgroup/memory/memory.usage_in_bytes', `${28 * MB}\n`)
  expect(memoryLeft(sources())).toBe(100 * MB)
})

test('a limit of address space, the machine itself, and a system that does not tell', () => {
  put(
    'proc/self/limits',
    `Limit Soft Limit Hard Limit Units\nMax address space         ${2000 * MB}           unlimited  bytes\n`,
  )
  put('proc/self/status', `VmSize:\t ${1900 * 1024} kB\n`)
  expect(memoryLeft(sources())).toBe(100 * MB)
  rmSync(join(folder, 'proc/self'), { recursive: true })
  expect(memoryLeft(sources())).toBe(4_096_000 * 1024)
  rmSync(join(folder, 'proc'), { recursive: true })
  expect(memoryLeft(sources())).toBe(Number.POSITIVE_INFINITY)
})

test('what a passphrase needs and does not get is refused before it is taken, with both numbers and the way out', () => {
  expect(() => requireMemory(18, 4096 * MB)).not.toThrow()
  expect(() => requireMemory(10, 100 * MB)).not.toThrow()
  expect(() => requireMemory(18, 156 * MB)).toThrow(/needs 288 MB .*156 MB.*recipients/)
  expect(() => requireMemory(20, 500 * MB)).toThrow(expect.objectContaining({ code: 'NO_MEMORY' }))
})

test('the way in JavaScript looks at the memory as well: before it makes a file, and by the factor of the file that it opens', async () => {
  const little = () => 100 * MB
  const sink = { write: async () => undefined, close: async () => undefined }
  const refused = expect.objectContaining({ code: 'NO_MEMORY' })
  await expect(portableSink({ kind: 'passphrase', passphrase: 'right' }, sink, little)).rejects.toThrow(refused)
  const sealed = async (factor: number) => {
    const encrypter = new Encrypter()
    encrypter.setScryptWorkFactor(factor)
    encrypter.setPassphrase('right')
    return encrypter.encrypt('text')
  }
  const small = await sealed(10)
  const opened = await decrypterFor({ passphrase: 'right' }, false, little).decrypt(small, 'text')
  expect(opened).toBe('text')
  await expect(decrypterFor({ passphrase: 'right' }, false, little).decrypt(await sealed(17))).rejects.toThrow(refused)
  await expect(decrypterFor({ passphrase: 'wrong' }, false, little).decrypt(small)).rejects.toThrow(
    'no identity matched',
  )
})
