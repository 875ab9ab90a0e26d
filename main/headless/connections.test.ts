import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type ConnectionLimits, connectionLimits, createConnections } from './connections.ts'

const LIMITS: ConnectionLimits = { total: 20, remote: 14, perAddress: 5, proven: 12, pipelined: 3 }
const servers: Server[] = []
const clients: Socket[] = []
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy()
  for (const server of servers.splice(0)) server.close()
})

/** A server whose callers at 127.0.1.n count as the machines 192.0.2.n, for there is no second machine here. */
async function start(isProxy: (address: string) => boolean = () => false) {
  let crowded = 0
  const connections = createConnections({
    limits: LIMITS,
    isProxy,
    onCrowd: () => crowded++,
    addressOf: ({ remoteAddress = '' }) => remoteAddress.replace(/^127\.0\.1\./, '192.0.2.'),
  })
  const accepted: Socket[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    accepted.push(socket)
    connections.admit(socket)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    connections,
    crowded: () => crowded,
    /** Both ends of a new connection. */
    async open(localAddress = '127.0.0.1') {
      const before = accepted.length
      const client = connect({ port, host: '127.0.0.1', localAddress })
      client.on('error', () => undefined)
      clients.push(client)
      await once(client, 'connect')
      await expect.poll(() => accepted.length, { interval: 1 }).toBe(before + 1)
      return { client, socket: accepted[before] as Socket }
    },
  }
}
type Open = Awaited<ReturnType<Awaited<ReturnType<typeof start>>['open']>>
const isOpen = ({ socket }: Open) => !socket.destroyed

test('a flood of strangers: their oldest goes for each new one, and the number stays', async () => {
  const { connections, open, crowded } = await start()
  const all: Open[] = []
  for (let n = 0; n < 60; n++) all.push(await open())
  expect(all.map(isOpen)).toEqual([...Array(40).fill(false), ...Array(20).fill(true)])
  expect([connections.size, crowded()]).toEqual([20, 40])
  for (const { client } of all) client.destroy()
  await expect.poll(() => connections.size).toBe(0)
})

test('a caller who proved itself is not closed for strangers; once idle, only after all of them', async () => {
  const { connections, open } = await start()
  const owner = await open()
  const running = connections.begin(owner.socket)
  expect(running?.prove()).toBe(true)
  for (let n = 0; n < 40; n++) await open()
  expect(isOpen(owner)).toBe(true)
  running?.end()
  for (let n = 0; n < 40; n++) await open()
  expect(isOpen(owner)).toBe(true)
})

test('calls of proven callers leave room for a new one, whoever makes them', async () => {
  const { connections, open } = await start()
  const proven: Open[] = []
  for (let n = 0; n < LIMITS.proven; n++) proven.push(await open())
  expect(proven.map(({ socket }) => connections.begin(socket)?.prove())).toEqual(Array(LIMITS.proven).fill(true))
  const late = await open()
  const refused = connections.begin(late.socket)
  expect(refused?.prove()).toBe(false)
  for (let n = 0; n < 40; n++) await open()
  expect(proven.every(isOpen)).toBe(true)
  proven[0]?.client.destroy()
  await once(proven[0]?.socket as Socket, 'close')
  expect(connections.begin((await open()).socket)?.prove()).toBe(true)
})

test('one connection runs only so many requests at once', async () => {
  const { connections, open } = await start()
  const { socket } = await open()
  const running = Array.from({ length: 4 }, () => connections.begin(socket))
  expect(running.map((one) => one !== undefined)).toEqual([true, true, true, false])
  running[0]?.end()
  expect(connections.begin(socket)).toBeDefined()
})

test('other machines cannot take the room of this one', async () => {
  const { open } = await start()
  const local: Open[] = []
  for (let n = 0; n < 6; n++) local.push(await open())
  const remote: Open[] = []
  for (let n = 0; n < 60; n++) remote.push(await open(`127.0.1.${1 + (n % 20)}`))
  expect(local.every(isOpen)).toBe(true)
  expect(remote.filter(isOpen)).toHaveLength(LIMITS.remote)
})

test('one machine cannot take the room of the others, unless it is the proxy before all of them', async () => {
  const one = await start()
  const other = await one.open('127.0.1.2')
  const flood: Open[] = []
  for (let n = 0; n < 30; n++) flood.push(await one.open('127.0.1.1'))
  expect(isOpen(other)).toBe(true)
  expect(flood.filter(isOpen)).toHaveLength(LIMITS.perAddress)
  const proxied = await start((address) => address === '192.0.2.1')
  const through: Open[] = []
  for (let n = 0; n < 30; n++) through.push(await proxied.open('127.0.1.1'))
  expect(through.filter(isOpen)).toHaveLength(LIMITS.remote)
})

test('a machine all of whose connections are at work gets no further one', async () => {
  const { connections, open } = await start()
  const busy: Open[] = []
  for (let n = 0; n < LIMITS.perAddress; n++) {
    busy.push(await open('127.0.1.1'))
    connections.begin((busy[n] as Open).socket)?.prove()
  }
  expect(isOpen(await open('127.0.1.1'))).toBe(false)
  expect(busy.every(isOpen)).toBe(true)
})

test('the limits follow the number of files that the system lets us open', () => {
  expect(connectionLimits(1024).total).toBe(400)
  expect(connectionLimits(Number.POSITIVE_INFINITY).total).toBe(400)
  expect(connectionLimits(256).total).toBe(102)
  expect(connectionLimits(20).total).toBe(32)
  for (const files of [64, 256, 1024]) {
    const { total, remote, perAddress, proven } = connectionLimits(files)
    expect(perAddress).toBeLessThan(remote)
    expect(remote).toBeLessThan(total)
    expect(proven).toBeLessThan(total)
  }
})
