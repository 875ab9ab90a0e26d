import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../emulator/index.ts'
import { createRig, type Rig, until } from './whatsapp.test-kit.ts'

let emulator: Emulator
let rig: Rig
beforeEach(async () => {
  emulator = await createEmulator()
  rig = createRig(emulator)
  rig.start()
})
afterEach(async () => {
  await rig.close()
  await emulator.close()
})
const showsQr = () => until(() => rig.wa.session().qr !== undefined, 'a QR code')

it('a QR code is shown on request after a code by number was asked for', async () => {
  await rig.wa.requestPairingCode('15550000001')
  expect(rig.wa.session().qr).toBeUndefined()
  await rig.wa.connect()
  await showsQr()
  expect(rig.wa.session().pairingCode).toBeUndefined()
  emulator.owner.scan(rig.wa.session().qr ?? '')
  await until(() => rig.wa.session().state === 'open', 'open')
})

it('a QR code that is shown stays when it is asked for again', async () => {
  await rig.wa.connect()
  await showsQr()
  const { qr } = rig.wa.session()
  await rig.wa.connect()
  expect(rig.wa.session().qr).toBe(qr)
})

it.each([0, 1, 2, 5, 20])(
  'a connection that ends while a code is asked for leaves a way on: after %i turns',
  async (turns) => {
    await rig.wa.connect()
    await showsQr()
    const asked = rig.wa.requestPairingCode('15550000001').then(
      () => undefined,
      (error: unknown) => error,
    )
    for (let n = 0; n < turns; n++) await nextTurn()
    await rig.wa.disconnect()
    const failure = await asked
    // Without a turn between them, the code may be asked for after the connection ended: then it is a good one.
    if (failure === undefined) expect(rig.wa.session().pairingCode).toBeDefined()
    else {
      expect(failure).toMatchObject({ code: 'pairing-interrupted' })
      expect(rig.wa.session().state).toBe('unlinked')
    }
    await rig.wa.connect()
    await showsQr()
  },
)

it('a code is asked for twice at once: neither ends without a word, and a QR code can follow', async () => {
  const outcomes = await Promise.allSettled([1, 2].map((n) => rig.wa.requestPairingCode(`1555000000${n}`)))
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'pairing-interrupted' })
  await rig.wa.connect()
  await showsQr()
})
