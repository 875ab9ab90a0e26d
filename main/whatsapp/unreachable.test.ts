import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Emulator } from '../../emulator/index.ts'
import { createRig, type Rig, startEmulator, until } from './whatsapp.test-kit.ts'

let emulator: Emulator
let rig: Rig
beforeEach(async () => {
  emulator = await startEmulator()
  rig = createRig(emulator)
  rig.start()
})
afterEach(async () => {
  await rig.close()
  await emulator.close()
})

/** How often it said that it waits for its next attempt. */
function attempts(): { count: number; problems: Set<string | undefined> } {
  const seen = { count: 0, problems: new Set<string | undefined>() }
  rig.wa.onChange(({ state, problem }) => {
    if (state !== 'waiting') return
    seen.count += 1
    seen.problems.add(problem?.message)
  })
  return seen
}

it.each([403, 407, 502])('an HTTP %i instead of the upgrade: says so, tries again, and is back', async (status) => {
  await rig.open()
  const seen = attempts()
  emulator.faults.unreachable(status)
  await until(() => seen.count >= 3, 'further attempts')
  expect([...seen.problems].at(-1)).toContain(`HTTP ${status}`)
  expect(rig.wa.session().problem?.code).toBe('network')
  emulator.faults.unreachable(undefined)
  await until(() => rig.wa.session().state === 'open', 'the connection')
})

it('an HTTP answer while it is being linked: no end, and a code as soon as there is a way', async () => {
  emulator.faults.unreachable(502)
  const seen = attempts()
  await rig.wa.connect()
  await until(() => seen.count >= 2, 'further attempts')
  emulator.faults.unreachable(undefined)
  await rig.open()
})

it('a server that takes the connection and says nothing counts as a drop, again and again', async () => {
  await rig.open()
  await rig.wa.dispose()
  rig.start({ timing: { connectLimit: 200 } })
  const seen = attempts()
  emulator.faults.halfOpen({ andLater: true })
  await rig.wa.connect()
  await until(() => seen.count >= 3, 'further attempts')
  emulator.faults.halfOpen()
  await until(() => rig.wa.session().state === 'open', 'the connection')
})
