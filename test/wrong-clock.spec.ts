import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { bundle } from '../build/bundle.ts'
import { type LinkedApp, startLinkedApp } from './linked-app.ts'

vi.setConfig({ testTimeout: 240_000 })
beforeAll(() => bundle())
const HOUR = 3_600_000
const Since = z.object({ since: z.union([z.number(), z.string()]) })
const shift = pathToFileURL(join(import.meta.dirname, 'fixtures/wrong-clock.mjs')).href

let linked: LinkedApp | undefined
afterEach(async () => {
  await linked?.close()
  linked = undefined
})

describe.each([
  ['three hours fast', 3 * HOUR],
  ['three hours slow', -3 * HOUR],
])('with a clock that is %s', (_how, offset) => {
  test('what came after the switch is answered, what came before is not, and stale is what the server calls so', async () => {
    const env = { NODE_OPTIONS: `--import=${shift}?ms=${offset}` }
    linked = await startLinkedApp({ built: true, env })
    const { emulator, switchOn } = linked
    const ana = emulator.contact({ name: 'Ana', pn: '15550005001', lid: '850000001' })
    const { since } = Since.parse(await linked.app.api('GET', '/session'))
    expect((new Date(since).getTime() - Date.now()) / HOUR).toBeCloseTo(offset / HOUR, 1)

    // All within one second, by the clock of the server.
    const time = Date.now()
    const before = await ana.say('before', { time })
    await switchOn(ana)
    const after = await ana.say('after', { time })
    await ana.next(({ quotedId }) => quotedId === after.id, 30_000)

    await linked.app.stop()
    const stale = await ana.say('an hour old', { time: Date.now() - HOUR })
    const fresh = await ana.say('a minute old', { time: Date.now() - 60_000 })
    await linked.start()
    await ana.next(({ quotedId }) => quotedId === fresh.id, 60_000)
    const last = await ana.say('and now')
    await ana.next(({ quotedId }) => quotedId === last.id, 30_000)
    expect(ana.inbox.items.map(({ quotedId }) => quotedId)).toEqual([after.id, fresh.id, last.id])
    expect([before, stale].flatMap((said) => ana.inbox.answersTo(said))).toEqual([])
  })
})
