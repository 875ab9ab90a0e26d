import { expect, it } from 'vitest'
import type { TaskInfo } from '../../preload/contract/host.ts'
import { createTaskBoard } from './board.ts'

it('names the file of a task: at once where its title is one, else once it is known', async () => {
  const told: TaskInfo[] = []
  const board = createTaskBoard({ clock: { now: () => 1 }, onChange: (task) => told.push(task) })
  await board.run('restore', 'messages.sql.gz', async () => undefined)
  await board.run('export', 'csv', async ({ onFile }) => {
    await Promise.resolve()
    onFile('whatslang-2026-05-05.csv')
  })
  await board.run('vacuum', 'vacuum', async () => undefined)
  expect(told.map(({ kind, state, file }) => [kind, state, file])).toEqual([
    ['restore', 'running', 'messages.sql.gz'],
    ['restore', 'done', 'messages.sql.gz'],
    ['export', 'running', undefined],
    ['export', 'running', 'whatslang-2026-05-05.csv'],
    ['export', 'done', 'whatslang-2026-05-05.csv'],
    ['vacuum', 'running', undefined],
    ['vacuum', 'done', undefined],
  ])
  expect(board.list().map(({ file }) => file)).toEqual([undefined, 'whatslang-2026-05-05.csv', 'messages.sql.gz'])
})
