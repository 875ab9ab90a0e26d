// What the program keeps in memory of each message that it receives and answers, measured after a collection of garbage.
//   npm run bench -- memory [messages=20000]
import { setTimeout as sleep } from 'node:timers/promises'
import WebSocket from 'ws'
import * as z from 'zod'
import { startLinkedApp } from '../test/linked-app.ts'
import { UNLIMITED } from '../test/unlimited.ts'
import { round } from './measure.ts'

const PEOPLE = 10
/** Caches, compiled code and prepared statements are there after these many. */
const WARM_UP = 2000
/** So many wait for their answer at a time. */
const AHEAD = 100
const WANTED_BYTES = 2048

const Answer = z.object({ id: z.number().optional(), result: z.unknown() })
const Evaluated = z.object({ result: z.object({ value: z.string() }) })
const Memory = z.object({ rss: z.number(), heapUsed: z.number(), external: z.number() })

const messages = Number(process.argv[2] ?? 20_000)
const linked = await startLinkedApp({
  env: { NODE_OPTIONS: '--inspect=127.0.0.1:0', WHATSLANG_LOG_LEVEL: 'warn' },
  emulator: { keep: 0 },
})
try {
  const { emulator } = linked
  await linked.app.api('PATCH', '/settings', UNLIMITED)
  const people = Array.from({ length: PEOPLE }, (_, n) =>
    emulator.contact({ name: `Person ${n}`, pn: `155500090${n}0`, lid: `89000000${n}0` }),
  )
  for (const person of people) {
    await person.say('hello')
    await linked.switchOn(person)
  }
  const answers = () => people.reduce((sum, { inbox }) => sum + inbox.count, 0)
  let asked = 0
  const ask = async (count: number) => {
    const goal = asked + count
    while (asked < goal) {
      await Promise.all(people.map((person) => person.say(`message ${asked} of quite a few that are told here`)))
      asked += people.length
      while (asked - answers() > AHEAD) await sleep(5)
    }
    while (answers() < asked) await sleep(20)
  }
  await ask(WARM_UP)
  const memory = await memoryOf(linked.app.output)
  const before = await memory.read()
  const start = performance.now()
  await ask(messages)
  const seconds = (performance.now() - start) / 1000
  const after = await memory.read()
  memory.close()
  const perMessage = (bytes: number) => Math.round(bytes / messages)
  const heap = perMessage(after.heapUsed + after.external - before.heapUsed - before.external)
  const resident = perMessage(after.rss - before.rss)
  const pass = heap <= WANTED_BYTES && resident <= WANTED_BYTES
  console.log(
    JSON.stringify({
      bench: 'memory',
      figure: 'bytes kept for each message received and answered',
      messages,
      heap,
      resident,
      heap_mb: [before, after].map(({ heapUsed, external }) => round((heapUsed + external) / 1e6)),
      resident_mb: [before, after].map(({ rss }) => round(rss / 1e6)),
      per_second: Math.round(messages / seconds),
      wanted: `<= ${WANTED_BYTES}`,
      pass,
    }),
  )
  process.exitCode = pass ? 0 : 1
} finally {
  await linked.close()
}

/** Asks a Node process through its inspector, whose address it printed when it started. */
async function memoryOf(printed: string) {
  const address = /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(printed)?.[0]
  if (!address) throw new Error('The program printed no address of its inspector.')
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  let calls = 0
  const call = (method: string, params: object = {}): Promise<unknown> =>
    new Promise((resolve) => {
      const id = ++calls
      const listener = (data: Buffer) => {
        const answer = Answer.parse(JSON.parse(data.toString()))
        if (answer.id !== id) return
        socket.off('message', listener)
        resolve(answer.result)
      }
      socket.on('message', listener)
      socket.send(JSON.stringify({ id, method, params }))
    })
  return {
    async read() {
      // What an answer has just let go of is free a moment later.
      for (let round = 0; round < 3; round++) {
        await sleep(1000)
        await call('HeapProfiler.collectGarbage')
      }
      const expression = 'JSON.stringify(process.memoryUsage())'
      const { result } = Evaluated.parse(await call('Runtime.evaluate', { expression }))
      return Memory.parse(JSON.parse(result.value))
    },
    close: () => socket.close(),
  }
}
