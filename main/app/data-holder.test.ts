import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createDataHolder, type DataHolder } from './data-holder.ts'
import type { Data } from './open-data.ts'

let made: { quiesce: ReturnType<typeof vi.fn>; close: ReturnType<typeof vi.fn> }[]
let holder: DataHolder
beforeEach(() => {
  made = []
  holder = createDataHolder({
    path: '/data/messages.db',
    open: () => {
      const data = { quiesce: vi.fn(async () => undefined), close: vi.fn() }
      made.push(data)
      return data as unknown as Data
    },
  })
  holder.open()
})

describe('the open database', () => {
  test('is nobody’s while another file takes its place, and is another one afterwards', async () => {
    const first = holder.opened()
    await holder.rest()
    expect(made[0]?.quiesce).toHaveBeenCalledOnce()
    expect(made[0]?.close).not.toHaveBeenCalled()
    expect(() => holder.opened()).toThrow('Try again in a moment')
    holder.close()
    expect(made[0]?.close).toHaveBeenCalledOnce()
    holder.back()
    expect(holder.opened()).not.toBe(first)
    expect(made).toHaveLength(2)
  })
  test('comes back where the swap was given up before it began', async () => {
    await holder.rest()
    holder.back()
    expect(made[0]?.close).toHaveBeenCalledOnce()
    expect(holder.current()).toBeDefined()
  })
  test('stays open where the swap has opened it already', async () => {
    await holder.rest()
    holder.close()
    holder.open()
    holder.back()
    expect(made).toHaveLength(2)
    expect(made[1]?.close).not.toHaveBeenCalled()
  })
  test('is closed at the end, after whoever writes has stopped', async () => {
    await holder.dispose()
    expect(made[0]?.quiesce.mock.invocationCallOrder[0]).toBeLessThan(made[0]?.close.mock.invocationCallOrder[0] ?? 0)
    expect(holder.current()).toBeUndefined()
  })
})
