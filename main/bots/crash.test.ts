import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createWorld, GROUP } from '../../test/bots/world.ts'
import type { InboundMessage } from '../store/inbound.ts'

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('message' as const), group: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('again' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('connection' as const), ready: fc.boolean() }) },
)
const fate = fc.constantFrom('ack', 'ack', 'ack', 'silence', 'throw')

// Killed between any two steps, messages brought again, acks and bytes lost: every message gets one answer, in order.
it('loses nothing and says nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 25 }),
      fc.array(fate, { maxLength: 20 }),
      async (steps, fates) => {
        const world = createWorld({ timing: { ack: 15, again: 3 } })
        try {
          world.switchOn('translation')
          world.switchOn('translation', {}, GROUP)
          world.model.answer = async (prompt) => {
            await wait(2)
            return `re ${prompt.turns.at(-1)?.text}`
          }
          const plan = [...fates]
          const tries = new Map<string, number>()
          world.outbound.fate = ({ waMessageId }) => {
            const count = (tries.get(waMessageId) ?? 0) + 1
            tries.set(waMessageId, count)
            return count > 2 ? 'ack' : (plan.shift() ?? 'ack')
          }
          const received: InboundMessage[] = []
          for (const one of steps) {
            if (one.do === 'message') {
              const where = one.group ? { chatJid: GROUP, senderJid: '900000000002@lid' } : {}
              const message = world.message(`${one.group ? 'G' : 'D'}${received.length}`, where)
              received.push(message)
              world.receive(message)
            } else if (one.do === 'again') {
              const message = received[one.which % Math.max(received.length, 1)]
              if (message) world.receive({ ...message, origin: 'offline' })
            } else if (one.do === 'crash') {
              await world.crash()
              world.start()
            } else if (one.do === 'wait') await wait(one.ms)
            else world.outbound.setReady(one.ready)
          }
          world.outbound.setReady(true)
          await world.crash()
          world.receive(...received)
          world.start()
          await world.settled()
          for (const chat of ['D', 'G']) {
            const wanted = received.flatMap(({ text }) => (text?.startsWith(chat) ? [`[ai] re ${text}`] : []))
            expect(world.seen().filter((text) => text.startsWith(`[ai] re ${chat}`))).toEqual(wanted)
          }
        } finally {
          await world.dispose()
        }
      },
    ),
    { numRuns: 25, endOnFailure: true },
  )
}, 120_000)
