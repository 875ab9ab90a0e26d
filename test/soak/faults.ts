import { setTimeout as sleep } from 'node:timers/promises'
import { createRig, startEmulator, until } from '../../main/whatsapp/whatsapp.test-kit.ts'

const ROUNDS = 20
/** Longer than the first steps of the backoff: an attempt that should not be made would have been. */
const QUIET_MS = 10_000
const TERMINAL = [440, 401, 403]

/**
 * What becomes of a broken connection: back after 515 and after a drop, a half-open socket noticed, and rest after a refusal. The timings are those in
 * use, but for one: in the rounds of restarts and drops a connection forgets earlier failures after 10 ms and not after a minute, so that each
 * fault is the first of its kind, as in a day's use. What follows several in one minute is the backoff, which its own test shows.
 */
export async function faults(): Promise<boolean> {
  const emulator = await startEmulator()
  const rig = createRig(emulator)
  // The rig shortens these for unit tests.
  const inUse = { backoffFirst: 1000, catchUpSilence: 10_000, redeliverEvery: 5000 }
  rig.start({ timing: { ...inUse, stableAfter: 10 } })
  await rig.open()

  const back = async (fault: () => void, limit: number) => {
    const { logins } = emulator.counters
    const start = performance.now()
    fault()
    await until(
      () => emulator.counters.logins > logins && rig.wa.session().state === 'open',
      'the connection to be open again',
      limit,
    )
    const ms = performance.now() - start
    await sleep(50)
    return ms
  }
  const restarts: number[] = []
  const drops: number[] = []
  for (let n = 0; n < ROUNDS; n++) {
    restarts.push(await back(() => emulator.faults.streamError(515), 20_000))
    drops.push(await back(() => emulator.faults.dropSocket(), 20_000))
  }

  await rig.wa.dispose()
  rig.start({ timing: inUse })
  await rig.open()
  const frozenAt = performance.now()
  emulator.faults.halfOpen()
  await until(() => rig.wa.session().state !== 'open', 'the half-open connection to be noticed', 180_000)
  const halfOpenMs = Math.round(performance.now() - frozenAt)
  await until(() => rig.wa.session().state === 'open', 'the connection after the half-open one', 30_000)

  const attempts: Record<string, number> = {}
  for (const code of TERMINAL) {
    // 401 unlinks the account: each code gets a device of its own.
    const own = createRig(emulator)
    own.start({ timing: inUse })
    await own.open()
    const ended = until(() => own.wa.session().state === 'closed', 'the end')
    emulator.faults.streamError(code)
    const { connections } = emulator.counters
    await ended
    await sleep(QUIET_MS)
    attempts[code] = emulator.counters.connections - connections
    await own.close()
  }

  const report = {
    soak: 'faults',
    rounds: ROUNDS,
    restart515: spread(restarts),
    droppedSocket: spread(drops),
    halfOpenNoticedMs: halfOpenMs,
    attemptsAfter: attempts,
  }
  console.log(JSON.stringify(report))
  await rig.close()
  await emulator.close()
  return (
    report.restart515.max < 1000 &&
    report.droppedSocket.p95 < 5000 &&
    halfOpenMs < 120_000 &&
    Object.values(attempts).every((count) => count === 0)
  )
}

/** Milliseconds. */
function spread(times: number[]) {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
  return { p50: at(0.5), p95: at(0.95), max: at(1) }
}
