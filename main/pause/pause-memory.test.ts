import { mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createPauseMemory } from './pause-memory.ts'

test('a pause outlasts a restart, and a damaged file pauses nothing', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'whatslang-pause-')), 'pause.json')
  createPauseMemory(path).set({ reason: 'user', until: null })
  expect(createPauseMemory(path).get()).toEqual({ reason: 'user', until: null })
  expect(statSync(path).mode & 0o777).toBe(0o600)
  createPauseMemory(path).set(undefined)
  expect(createPauseMemory(path).get()).toBeUndefined()
  writeFileSync(path, '{"reason":')
  expect(createPauseMemory(path).get()).toBeUndefined()
})
