import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createForkTasks } from '../main/tasks/fork.ts'
import { startProgram } from './soak/restore-program.ts'

const folder = mkdtempSync(join(tmpdir(), 'whatslang-close-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('the database is whole in its one file after the end, though a check-up was reading it', async () => {
  const tasks = createForkTasks({ entry: join(import.meta.dirname, 'holding-task.ts') })
  const app = await startProgram(folder, { tasks })
  const { store } = app.program.data()
  store.chats.add('15550100001@s.whatsapp.net', { accountId: null })
  const reads = new Promise<void>((resolve) => {
    void tasks
      .run('health.inspect', { path: store.path }, { onProgress: () => resolve() })
      .catch((error: unknown) => expect(error).toMatchObject({ code: 'CANCELLED' }))
  })
  await reads

  await app.stop()
  expect(existsSync(store.path)).toBe(true)
  expect(existsSync(`${store.path}-wal`)).toBe(false)
  await expect(tasks.run('health.inspect', { path: store.path })).rejects.toMatchObject({ code: 'CANCELLED' })
})
