import { afterAll, beforeAll, expect, it } from 'vitest'
import { quietSignal } from './quiet-signal.ts'
import { positionOf } from './signal-check.ts'
import { createSignalDevice } from './signal-device.ts'

const BOT = '900000001:1@lid'
const ROUNDS = 10
let restoreConsole: () => void
beforeAll(() => {
  restoreConsole = quietSignal()
})
afterAll(() => restoreConsole())

it('people who write first to one device at the same time use no counter twice', async () => {
  const bot = createSignalDevice(async () => undefined)
  const people = []
  for (let n = 0; n < 4; n++) {
    const bundle = await bot.bundle()
    people.push({ lid: `90000001${n}:0@lid`, signal: createSignalDevice(async () => bundle) })
  }
  const used = new Set<string>()
  const texts = await Promise.all(
    people.flatMap(({ lid, signal }) =>
      Array.from({ length: ROUNDS }, (_, n) =>
        signal.exclusive(async () => {
          const enc = await signal.encrypt(BOT, { conversation: `${n}` })
          const position = positionOf(enc)
          used.add(`${lid} ${position?.chain} ${position?.counter}`)
          return bot.exclusive(async () => (await bot.decrypt(enc, lid, undefined)).conversation)
        }),
      ),
    ),
  )
  expect(used.size).toBe(people.length * ROUNDS)
  expect(texts).toEqual(people.flatMap(() => Array.from({ length: ROUNDS }, (_, n) => `${n}`)))
  for (const { signal } of [...people, { signal: bot }]) signal.dispose()
})
