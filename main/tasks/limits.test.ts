import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TaskLimits } from '../ports.ts'
import { watchLimits } from './limits.ts'
import type { TaskError } from './task-error.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'limits-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const exceeded = async (limits: TaskLimits): Promise<TaskError> => {
  const { promise, resolve } = Promise.withResolvers<TaskError>()
  const watch = watchLimits(process.pid, limits, resolve)
  try {
    return await promise
  } finally {
    watch.dispose()
  }
}

test('what a task writes anywhere in its folder counts, companions of a file too', async () => {
  writeFileSync(join(folder, 'a.db'), '')
  writeFileSync(join(folder, 'a.db-journal'), Buffer.alloc(3 << 20))
  for (const diskPath of [folder, join(folder, 'a.db')]) {
    const error = await exceeded({ diskPath, diskBytes: 2 << 20 })
    expect(error).toMatchObject({ code: 'DISK_LIMIT', data: { limit: 2 << 20, used: 3 << 20 } })
    expect(error.message).toMatch(/more disk space than it may use \(3 of 2 MiB\)/)
  }
})

test('a task that wrote much ends before the disk is full, one that wrote little does not', async () => {
  const path = join(folder, 'large')
  const limits = { diskPath: folder, diskBytes: 2 ** 40, reserveBytes: 2 ** 60 }
  writeFileSync(path, '')
  truncateSync(path, 100 << 20)
  const error = await exceeded(limits)
  expect(error).toMatchObject({ code: 'NO_SPACE', data: { needed: 100 << 20 } })
  expect(error.message).toMatch(/^The disk is nearly full \(\d+ MiB are left\)/)
  truncateSync(path, 1 << 20)
  const small = exceeded(limits)
  const none = new Promise((resolve) => setTimeout(resolve, 700, 'none'))
  expect(await Promise.race([small, none])).toBe('none')
})
