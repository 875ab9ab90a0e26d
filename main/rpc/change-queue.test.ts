import { expect, test } from 'vitest'
import type { ChangeEvent } from '../../preload/contract/host.ts'
import { createChangeQueue } from './change-queue.ts'

const message = (id: number): ChangeEvent => ({ type: 'message', jid: 'a@g.us', id })
const task = (id: string, progress: number): ChangeEvent => ({
  type: 'task',
  task: {
    id,
    kind: 'backup',
    title: '',
    state: 'running',
    progress,
    step: null,
    started_at: 0,
    ended_at: null,
    message: null,
  },
})

async function drain(queue: ReturnType<typeof createChangeQueue>): Promise<ChangeEvent[]> {
  queue.close()
  const all: ChangeEvent[] = []
  for (let event = await queue.next(); event; event = await queue.next()) all.push(event)
  return all
}

test('equal changes that wait are told once, in the order of their last telling', async () => {
  const queue = createChangeQueue()
  for (const event of [message(1), { type: 'chats' } as const, message(1), task('t', 0.1), task('t', 0.9)])
    queue.push(event)
  expect(await drain(queue)).toEqual([{ type: 'chats' }, message(1), task('t', 0.9)])
})

test('a listener that is too slow is told to ask for everything again, and no list grows', async () => {
  const queue = createChangeQueue(10)
  for (let id = 0; id < 1000; id++) queue.push(message(id))
  // What is not asked for again by `resync` is still told.
  queue.push(task('t', 0.5))
  queue.push({ type: 'navigate', page: '/chats' })
  expect(await drain(queue)).toEqual([{ type: 'resync' }, task('t', 0.5), { type: 'navigate', page: '/chats' }])
})

test('after the overflow was read, changes are told one by one again', async () => {
  const queue = createChangeQueue(2)
  for (let id = 0; id < 5; id++) queue.push(message(id))
  expect(await queue.next()).toEqual({ type: 'resync' })
  queue.push(message(9))
  expect(await queue.next()).toEqual(message(9))
})

test('a waiting reader is woken by a change and by the end', async () => {
  const queue = createChangeQueue()
  const first = queue.next()
  queue.push(message(1))
  expect(await first).toEqual(message(1))
  const last = queue.next()
  queue.close()
  expect(await last).toBeUndefined()
  queue.push(message(2))
  expect(await queue.next()).toBeUndefined()
})
