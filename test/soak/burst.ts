import { setTimeout as sleep } from 'node:timers/promises'
import { startLinkedApp } from '../linked-app.ts'
import { UNLIMITED } from '../unlimited.ts'

const PEOPLE = 8
const MESSAGES = 400
const BURST_MS = 2000
const ANSWERED_MS = 180_000

/** 400 messages of several people within two seconds, answered beside by the program in a process of its own. */
export async function burst(): Promise<boolean> {
  const linked = await startLinkedApp()
  const { emulator } = linked
  try {
    await linked.app.api('PATCH', '/settings', UNLIMITED)
    const people = Array.from({ length: PEOPLE }, (_, n) =>
      emulator.contact({ name: `Person ${n}`, pn: `1555000410${n}`, lid: `84000010${n}` }),
    )
    for (const person of people) {
      await person.say('hello')
      await linked.switchOn(person)
    }

    const start = performance.now()
    const rounds = MESSAGES / PEOPLE
    for (let n = 0; n < rounds; n++) {
      await Promise.all(people.map((person) => person.say(`burst ${n}`)))
      await sleep(Math.max(0, start + (BURST_MS * (n + 1)) / rounds - performance.now()))
    }
    const saidInMs = Math.round(performance.now() - start)
    const answers = () => people.reduce((sum, { inbox }) => sum + inbox.count, 0)
    while (answers() < MESSAGES && performance.now() - start < ANSWERED_MS) await sleep(20)
    const answeredInMs = Math.round(performance.now() - start)
    // A second answer would come now.
    await sleep(2000)
    const report = {
      soak: 'burst',
      messages: MESSAGES,
      saidInMs,
      answeredInMs,
      answers: answers(),
      countersChecked: emulator.signal.checked,
      reusedCounters: emulator.signal.reusedCounters,
      undecryptable: emulator.counters.undecryptable,
      resendsWanted: emulator.counters.retriesWanted,
    }
    console.log(JSON.stringify(report))
    return (
      report.answers === MESSAGES &&
      report.countersChecked >= MESSAGES &&
      report.reusedCounters + report.undecryptable === 0
    )
  } finally {
    await linked.close()
  }
}
