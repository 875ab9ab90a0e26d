import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { CALL_PACE, createProgress, type Exchange, FILE_PACE, STRANGERS_PACE } from './progress.ts'
import { readBody } from './read-body.ts'

/** A second of the clock that is looked at takes this many milliseconds here. */
const SECOND = 10
const disposals: (() => void)[] = []
afterEach(() => {
  for (const dispose of disposals.splice(0)) dispose()
})

async function start(
  how: Pick<Exchange, 'pace' | 'stranger'>,
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>,
) {
  const progress = createProgress({ now: () => (performance.now() / SECOND) * 1000, lookMs: SECOND })
  const server: Server = createServer({ requestTimeout: 0 }, (request, response) => {
    progress.watch({ request, response, ...how })
    handle(request, response).catch(() => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  disposals.push(() => {
    progress.dispose()
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A connection, what it was answered, and for how many seconds of that clock it lived. */
function open(port: number, head: string) {
  const startedAt = performance.now()
  let text = ''
  const socket: Socket = connect(port, '127.0.0.1')
  socket.write(head)
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  disposals.push(() => socket.destroy())
  const closed = new Promise<number>((resolve) =>
    socket.once('close', () => resolve((performance.now() - startedAt) / SECOND)),
  )
  return { socket, closed, text: () => text }
}
const drip = (socket: Socket, text: string, everySeconds: number) => {
  const timer = setInterval(() => socket.write(text), everySeconds * SECOND)
  disposals.push(() => clearInterval(timer))
}
const echo = async (request: IncomingMessage, response: ServerResponse) => {
  const body = await readBody(request, 1 << 20)
  response.end(String(body.length))
}
const save = async (request: IncomingMessage, response: ServerResponse) => {
  let bytes = 0
  for await (const chunk of request) bytes += (chunk as Buffer).length
  response.end(String(bytes))
}
const CHUNKED = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
const ANNOUNCED = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n'

describe('a body', () => {
  const slow: [string, string, string | undefined][] = [
    ['that never begins', ANNOUNCED, undefined],
    ['that stops', `${ANNOUNCED}{"token":`, undefined],
    ['that drips', ANNOUNCED, 'x'],
    ['in chunks without an end', CHUNKED, '1\r\nx\r\n'],
    ['in one chunk that drips', `${CHUNKED}ffff\r\n`, 'x'],
  ]
  test.each(slow)('%s is cut off after its time, and is told', async (_name, head, drop) => {
    for (const [pace, seconds] of [
      [STRANGERS_PACE, 10],
      [CALL_PACE, 60],
    ] as const) {
      const one = open(await start({ pace, stranger: pace === STRANGERS_PACE }, echo), head)
      if (drop !== undefined) drip(one.socket, drop, 1)
      const lived = await one.closed
      expect(one.text()).toContain('408 Request Timeout')
      expect(lived).toBeGreaterThan(seconds - 1)
      expect(lived).toBeLessThan(seconds + 40)
    }
  })
  test.each(slow)('of a file: %s as well', async (_name, head, drop) => {
    const one = open(await start({ pace: FILE_PACE, stranger: false }, save), head)
    if (drop !== undefined) drip(one.socket, drop, 1)
    expect(await one.closed).toBeGreaterThan(29)
    expect(one.text()).toContain('408')
  })
  test('of a file that comes slowly and steadily is taken, however long it takes', async () => {
    const one = open(await start({ pace: FILE_PACE, stranger: false }, save), ANNOUNCED)
    const part = Buffer.alloc(4500, 'x')
    for (let sent = 0; sent < 900_000; sent += part.length) {
      one.socket.write(part)
      await new Promise((resolve) => setTimeout(resolve, SECOND))
    }
    await expect.poll(one.text).toContain('900000')
  }, 30_000)
  test('of a file that our own disk takes slowly is not the sender’s fault', async () => {
    const port = await start({ pace: FILE_PACE, stranger: false }, async (request, response) => {
      await new Promise((resolve) => setTimeout(resolve, 150 * SECOND))
      await save(request, response)
    })
    const one = open(port, ANNOUNCED)
    one.socket.write(Buffer.alloc(900_000, 'x'))
    await expect.poll(one.text, { timeout: 15_000 }).toContain('900000')
  }, 20_000)
})

describe('an answer', () => {
  const endless = (response: ServerResponse) =>
    pipeline(
      new Readable({
        read() {
          this.push(Buffer.alloc(64 * 1024, 'x'))
        },
      }),
      response,
    )
  const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
  test('that is not read is cut off', async () => {
    const port = await start({ pace: CALL_PACE, stranger: false }, (_request, response) => endless(response))
    const one = open(port, GET)
    one.socket.pause()
    await new Promise((resolve) => setTimeout(resolve, 90 * SECOND))
    one.socket.resume()
    // What lay in the system's buffers still comes, and then the end.
    expect(await one.closed).toBeGreaterThan(29)
  }, 20_000)
  test('that is read slowly is not', async () => {
    const port = await start({ pace: CALL_PACE, stranger: false }, (_request, response) => endless(response))
    const one = open(port, GET)
    let closed = false
    void one.closed.then(() => {
      closed = true
    })
    for (let second = 0; second < 120; second += 10) {
      one.socket.resume()
      await new Promise((resolve) => setTimeout(resolve, 5))
      one.socket.pause()
      await new Promise((resolve) => setTimeout(resolve, 10 * SECOND))
    }
    expect(closed).toBe(false)
  }, 20_000)
  test('that takes long to be found is waited for', async () => {
    const port = await start({ pace: CALL_PACE, stranger: false }, async (_request, response) => {
      await new Promise((resolve) => setTimeout(resolve, 200 * SECOND))
      response.end('found')
    })
    const one = open(port, GET)
    await expect.poll(one.text, { timeout: 15_000 }).toContain('found')
  }, 20_000)
})

test('strangers hold only so many unfinished bodies: the oldest end', async () => {
  const port = await start({ pace: CALL_PACE, stranger: true }, echo)
  const many = Array.from({ length: 100 }, () => open(port, ANNOUNCED))
  await Promise.all(many.map(({ socket }) => once(socket, 'connect')))
  await expect.poll(() => many.filter(({ socket }) => !socket.destroyed).length).toBe(64)
})
