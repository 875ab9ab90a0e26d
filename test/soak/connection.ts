import { setTimeout as sleep } from 'node:timers/promises'
import { createRig, startEmulator, until } from '../../main/whatsapp/whatsapp.test-kit.ts'

const RECONNECTS = 200
const BURST = 400

/** The connection to WhatsApp over a long time: drops, listeners and heap, a half-open socket, and a burst that is answered beside it. */
export async function connection(): Promise<boolean> {
  const emulator = await startEmulator({ keep: 2 * BURST })
  const rig = createRig(emulator)
  const people = Array.from({ length: 4 }, (_, n) =>
    emulator.contact({ name: `P${n}`, pn: `1555000030${n}`, lid: `90000030${n}` }),
  )
  let answers = 0
  const failures: unknown[] = []
  rig.start({
    // As in use, but a connection that stood for a moment forgets failures, which otherwise takes a minute each.
    timing: { backoffFirst: 1000, stableAfter: 10 },
    onMessages: (batch) => {
      for (const message of batch) {
        if (message.fromMe) continue
        const id = `3EB0${String(answers++).padStart(18, 'B')}`
        rig.answer(message, `re ${message.text}`, id).catch((error: unknown) => failures.push(error))
      }
    },
  })
  await rig.open()

  for (const person of people) await person.say('warm')
  await until(() => people.every(({ inbox }) => inbox.count > 0), 'the first answers')
  const burstAt = performance.now()
  for (let n = 0; n < BURST / people.length; n++) {
    await Promise.all(people.map((person) => person.say(`burst ${n}`)))
    await sleep(Math.max(0, burstAt + (2000 * n * people.length) / BURST - performance.now()))
  }
  const saidIn = performance.now() - burstAt
  await until(() => people.every(({ inbox }) => inbox.count > BURST / people.length), 'all answers', 60_000)

  const listeners = () =>
    process.eventNames().reduce((sum, event) => sum + process.listenerCount(event), 0) +
    process.getActiveResourcesInfo().length
  const times: number[] = []
  let before = { heap: 0, listeners: 0 }
  for (let n = 0; n < RECONNECTS; n++) {
    if (n === 20) before = { heap: heap(), listeners: listeners() }
    const { logins } = emulator.counters
    const start = performance.now()
    if (n % 2 === 0) emulator.faults.streamError(515)
    else emulator.faults.dropSocket()
    await until(() => emulator.counters.logins > logins && rig.wa.session().state === 'open', 'the connection', 20_000)
    await sleep(30)
    times.push(performance.now() - start)
  }
  await sleep(3000)
  const report = {
    soak: 'connection',
    burst: BURST,
    saidInMs: Math.round(saidIn),
    reusedCounters: emulator.signal.reusedCounters,
    undecryptable: emulator.counters.undecryptable,
    failedSends: failures.length,
    reconnects: RECONNECTS,
    reconnectP95Ms: Math.round(times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0),
    listenersGrown: listeners() - before.listeners,
    heapGrownMb: Math.round(((heap() - before.heap) / 1e6) * 10) / 10,
  }
  console.log(JSON.stringify(report))
  await rig.close()
  await emulator.close()
  const { reusedCounters, undecryptable, failedSends, reconnectP95Ms, listenersGrown, heapGrownMb } = report
  return (
    reusedCounters + undecryptable + failedSends === 0 &&
    reconnectP95Ms < 5000 &&
    listenersGrown < 20 &&
    heapGrownMb < 10
  )
}

/** Bytes in use after a collection, where Node lets us ask for one (`--expose-gc`). */
function heap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
