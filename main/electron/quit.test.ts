import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createQuit, FORCE_AFTER_MS } from './quit.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp(stop: () => Promise<void>) {
  const app = Object.assign(new EventEmitter(), { exit: vi.fn() })
  const quit = createQuit({ app: app as never, stop, log: { error: vi.fn() } })
  const request = () => {
    const event = { preventDefault: vi.fn() }
    app.emit('before-quit', event)
    return event
  }
  return { app, quit, request }
}

describe('quitting', () => {
  test('waits until everything is closed', async () => {
    let closed = (): void => undefined
    const { app, quit, request } = setUp(() => new Promise((resolve) => (closed = resolve)))
    expect(request().preventDefault).toHaveBeenCalled()
    expect(quit.quitting()).toBe(true)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(app.exit).not.toHaveBeenCalled()
    closed()
    await vi.advanceTimersByTimeAsync(0)
    expect(app.exit).toHaveBeenCalledExactlyOnceWith(0)
  })
  test('a second request leaves after five seconds, whatever hangs', async () => {
    const { app, request } = setUp(() => new Promise(() => undefined))
    request()
    request()
    await vi.advanceTimersByTimeAsync(FORCE_AFTER_MS - 1)
    expect(app.exit).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(app.exit).toHaveBeenCalledExactlyOnceWith(1)
  })
  test('an error while closing does not keep the program alive', async () => {
    const { app, request } = setUp(() => Promise.reject(new Error('disk gone')))
    request()
    await vi.advanceTimersByTimeAsync(0)
    expect(app.exit).toHaveBeenCalledExactlyOnceWith(0)
  })
  test('a request is not heard after dispose', () => {
    const { app, quit, request } = setUp(() => Promise.resolve())
    quit.dispose()
    expect(request().preventDefault).not.toHaveBeenCalled()
    expect(app.listenerCount('before-quit')).toBe(0)
  })
})
