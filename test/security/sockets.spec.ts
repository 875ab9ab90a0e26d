// A caller with the token, or a page that was taken over, that speaks the WebSocket's protocol as no client does.
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../../build/bundle.ts'
import { type AttackedHeadless, attackedHeadless } from './attacked.ts'
import { lines } from './raw-http.ts'

let host: AttackedHeadless
const open = new Set<Socket>()
beforeAll(async () => {
  await bundle()
  host = await attackedHeadless()
})
afterEach(() => {
  for (const socket of open) socket.destroy()
  open.clear()
})
afterAll(() => host?.close())

/** A WebSocket without a library: what is written next are frames. */
function upgraded(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: host.port }, () =>
      socket.write(
        lines(
          'GET /rpc HTTP/1.1',
          `Host: 127.0.0.1:${host.port}`,
          `Authorization: ${host.authorization}`,
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
          '',
          '',
        ),
      ),
    )
    open.add(socket)
    socket.once('data', (data: Buffer) => (data.includes('101') ? resolve(socket) : reject(new Error(data.toString()))))
    socket.on('error', reject)
  })
}
/** With the mask that a client must use, of zeros. */
function frame(
  opcode: number,
  payload: Buffer | string = '',
  options: { fin?: boolean; mask?: boolean; rsv?: number } = {},
) {
  const { fin = true, mask = true, rsv = 0 } = options
  const body = Buffer.from(payload)
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode
  const bit = mask ? 0x80 : 0
  const length =
    body.length < 126
      ? Buffer.from([bit | body.length])
      : body.length < 65_536
        ? Buffer.from([bit | 126, body.length >> 8, body.length & 255])
        : Buffer.concat([Buffer.from([bit | 127]), longLength(body.length)])
  return Buffer.concat([Buffer.from([first]), length, mask ? Buffer.alloc(4) : Buffer.alloc(0), body])
}
function longLength(bytes: number): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64BE(BigInt(bytes))
  return buffer
}
const closed = (socket: Socket) =>
  new Promise<void>((resolve) => (socket.destroyed ? resolve() : socket.once('close', () => resolve()).resume()))
const memory = async () => {
  const answer = await fetch(`${host.url}/metrics`, { headers: { authorization: host.authorization } })
  return Number(/process_resident_memory_bytes (\d+)/.exec(await answer.text())?.[1])
}

describe('a frame that breaks the protocol ends its own connection', () => {
  const frames: Record<string, () => Buffer> = {
    'without a mask': () => frame(1, '{}', { mask: false }),
    'with a reserved bit': () => frame(1, '{}', { rsv: 4 }),
    'of a reserved kind': () => frame(3, '{}'),
    'of a reserved control kind': () => frame(11),
    'a control frame in parts': () => frame(9, 'x', { fin: false }),
    'a control frame of 200 bytes': () => frame(9, 'x'.repeat(200)),
    'a part of no message': () => frame(0, 'x'),
    'a message inside of a message': () => Buffer.concat([frame(1, 'a', { fin: false }), frame(1, 'b')]),
    'text that is not UTF-8': () => frame(1, Buffer.from([0xff, 0xfe, 0xc0, 0x80])),
    'a close with a code that is none': () => frame(8, Buffer.from([0, 1])),
    'a close of one byte': () => frame(8, 'x'),
    'a length of nine exabytes': () => Buffer.concat([Buffer.from([0x81, 0xff]), Buffer.alloc(8, 0x7f)]),
    '5 MB in one': () => frame(2, Buffer.alloc(5 << 20)),
    '5 MB in parts': () =>
      Buffer.concat([
        frame(2, Buffer.alloc(1 << 20), { fin: false }),
        ...Array.from({ length: 4 }, () => frame(0, Buffer.alloc(1 << 20), { fin: false })),
      ]),
  }
  test.each(Object.keys(frames))('%s', async (name) => {
    const [socket, other] = [await upgraded(), await host.link()]
    socket.write(frames[name]?.() ?? '')
    await closed(socket)
    // A neighbour notices nothing.
    expect((await other.call('/health/live')).status).toBe(200)
    await other.close()
  })
})

test('random bytes, 200 times: the program goes on', async () => {
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      for (let n = 0; n < 10; n++) {
        const socket = await upgraded()
        socket.write(randomBytes(1 + n * 97))
        socket.end()
        await closed(socket)
      }
    }),
  )
  expect(await host.alive()).toBe(true)
})

describe('a frame that is no call', () => {
  const texts: Record<string, string> = {
    nothing: '',
    'no JSON': '{{{',
    'a number': '5',
    null: 'null',
    'a list': '[]',
    'no id': '{"p":{"u":"/health/live"}}',
    'no call': '{"i":"1"}',
    'an id that is an object': '{"i":{"toString":1},"p":{"u":"/health/live","b":{}}}',
    'an id that is __proto__': '{"i":"__proto__","p":{"u":"/health/live","b":{}}}',
    'an address elsewhere': '{"i":"1","p":{"u":"http://evil.example/health/live","b":{}}}',
    'an address that is none': '{"i":"1","p":{"u":"http://[","b":{}}}',
    'a path through __proto__': '{"i":"1","p":{"u":"/__proto__/toString","b":{}}}',
    'a path that is a method of every object': '{"i":"1","p":{"u":"/chats/constructor","b":{}}}',
    'a meta that writes to __proto__':
      '{"i":"1","p":{"u":"/chats/list","b":{"json":{},"meta":[[3,"__proto__","limit"]]}}}',
    'a meta that writes to the constructor':
      '{"i":"1","p":{"u":"/chats/list","b":{"json":{},"meta":[[3,"constructor","prototype","limit"]]}}}',
    'a meta that is no list': '{"i":"1","p":{"u":"/chats/list","b":{"json":{},"meta":5}}}',
    'a map of files without files':
      '{"i":"1","p":{"u":"/chats/list","b":{"json":{},"meta":[],"maps":[["__proto__"]]}}}',
    'headers that are no texts': '{"i":"1","p":{"u":"/chats/list","b":{},"h":{"content-type":{"a":1}}}}',
    'a form without a body': '{"i":"1","p":{"u":"/chats/list","h":{"content-type":"multipart/form-data; boundary=x"}}}',
    'a stream as the body': '{"i":"1","p":{"u":"/chats/list","h":{"content-type":"text/event-stream"}}}',
    'an event of a stream that is not there': '{"i":"77","t":3,"p":{"e":"message","d":1}}',
    'the end of a call that is not there': '{"i":"78","t":4}',
    'a kind that is none': '{"i":"79","t":99,"p":{}}',
    'a list of 200,000 in lists': `{"i":"1","p":{"u":"/chats/list","b":{"json":${'['.repeat(200_000)}${']'.repeat(200_000)}}}}`,
  }
  test.each(Object.keys(texts))('%s', async (name) => {
    const [link, other] = [await host.link(), await host.link()]
    link.send(texts[name] ?? '')
    link.send(Buffer.from(texts[name] ?? ''))
    const list = await other.call('/chats/list', {})
    expect(list).toMatchObject({ status: 200, body: { json: { total: 0 } } })
    await Promise.all([link.close(), other.close()])
    expect(host.app.ended).toBe(false)
  })
})

test('3,000 streams on one connection end with it, and their memory is given back', async () => {
  const link = await host.link()
  const before = await memory()
  const streams = 3000
  for (let n = 0; n < streams; n++) link.send(JSON.stringify({ i: `s${n}`, p: { u: '/events/watch', b: {} } }))
  expect((await link.call('/health/live')).status).toBe(200)
  // Each of them is told of a change.
  await host.rest.send('POST', '/api/session/pause', '{}', { 'content-type': 'application/json' })
  await host.rest.send('POST', '/api/session/resume', '', {})
  expect((await memory()) - before).toBeLessThan(200 << 20)
  await link.close()
  const other = await host.link()
  expect((await other.call('/health/live')).status).toBe(200)
  await other.close()
})
