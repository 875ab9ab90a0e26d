// A hostile caller of the contract: a script with the token that went wrong, or a page that was taken over. Both hosts, every transport.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { bundle } from '../../build/bundle.ts'
import { fuzz, type Lane, linkLane, restLane } from '../fuzz/attack.ts'
import { fingerprint } from '../fuzz/fingerprint.ts'
import { createFuzzer } from '../fuzz/inputs.ts'
import { MARK } from '../fuzz/odd.ts'
import { type Procedure, proceduresOfContract } from '../fuzz/procedures.ts'
import { type AttackedDesktop, type AttackedHeadless, attackedDesktop, attackedHeadless } from './attacked.ts'
import { NO_IDS } from './sandbox.ts'

vi.setConfig({ testTimeout: 240_000 })
const SEED = 20_261_130
const JIDS = ['15550009201@s.whatsapp.net', '15550009202@s.whatsapp.net']
/** Each starts a process: a few of them are enough here, the soak makes more. */
const HEAVY =
  /^(backups\.(create|verify)|exports\.|data\.(vacuum|reset)|restore\.(preview|apply|undo)|settings\.testModel|health\.re)/

beforeAll(() => bundle())

describe.each([
  ['the headless host', attackedHeadless, 2500],
  ['the desktop host', attackedDesktop, 1500],
] as const)('%s', (_name, start, calls) => {
  let host: AttackedHeadless | AttackedDesktop
  let lanes: Lane[]
  let link: Awaited<ReturnType<typeof host.link>>
  let outside: string[]
  beforeAll(async () => {
    host = await start()
    link = await host.link()
    lanes = [
      linkLane(host.kind === 'desktop' ? 'port' : 'socket', () => host.link()),
      ...(host.kind === 'headless' ? [restLane(host.rest)] : []),
    ]
    for (const jid of JIDS) await link.call('/chats/add', { jid })
    outside = host.sandbox.outside()
  })
  afterAll(() => host?.close())

  test('ids that would be paths reach nothing, in any call that takes one', async () => {
    const made = await link.call('/backups/create', { format: 'sql' })
    expect(made.status).toBeLessThan(300)
    const before = [host.sandbox.inside(), fingerprint(host.sandbox.data)]
    for (const id of NO_IDS) {
      for (const [path, input] of [
        ['/backups/file', { id }],
        ['/backups/verify', { id }],
        ['/backups/pin', { id, pinned: true }],
        ['/backups/remove', { id }],
        ['/restore/fromBackup', { id }],
        ['/restore/preview', { upload: id }],
        ['/restore/chats', { upload: id }],
        ['/restore/apply', { upload: id }],
        ['/tasks/cancel', { id }],
        ['/bots/get', { bot: id }],
        ['/bots/remove', { name: id }],
        ['/bots/setRules', { bot: id, rules: [] }],
        ['/settings/setSecret', { name: id, value: 'x' }],
        ['/exports/download', { format: id }],
        ['/exports/download', { format: 'txt', chat: id }],
      ] as const) {
        const { status, body } = await link.call(path, input)
        expect(status, `${path} ${id}`).toBeLessThan(500)
        if (status < 400) expect(body, path).toMatchObject({ json: expect.toSatisfy(saysNothingDone) })
      }
    }
    expect([host.sandbox.inside(), fingerprint(host.sandbox.data)]).toEqual(before)
    expect(host.sandbox.outside()).toEqual(outside)
  })

  test(`${calls} fuzzed calls: no failure that is not a defined one, and a refused call changes nothing`, async () => {
    writeFileSync(join(host.sandbox.folder, 'seed.txt'), String(SEED))
    outside = host.sandbox.outside()
    const all = proceduresOfContract()
    const backups = (await link.call('/backups/list')).body as { json: { id: string }[] }
    const fuzzer = createFuzzer({
      seed: SEED,
      procedures: all,
      known: () => ({
        jid: JIDS,
        jids: JIDS,
        chat: JIDS,
        bot: ['echo', 'auto_reply', 'translation'],
        'bots.remove.name': ['mine'],
        id: backups.json.map(({ id }) => id),
      }),
    })
    const light = { ...fuzzer, next: () => fuzzer.next(pick()) }
    const pick = (): Procedure => {
      const procedure = fuzzer.one(all)
      return HEAVY.test(procedure.name) && !fuzzer.chance(15) ? pick() : procedure
    }
    const half = await fuzz({
      fuzzer: light,
      lanes,
      parallel: 8,
      enough: ({ calls: made }) => made >= calls * 0.9,
    })
    // One at a time now, so that what changed is this call's doing.
    const changed: string[] = []
    const report = await fuzz({
      fuzzer: light,
      lanes,
      parallel: 1,
      report: half,
      enough: ({ calls: made }) => made >= calls,
      async around({ procedure, input }, run) {
        const before = fingerprint(host.sandbox.data)
        const answer = await run()
        if (answer.status >= 400) {
          const after = fingerprint(host.sandbox.data)
          for (const [part, mark] of Object.entries(after))
            if (mark !== before[part]) changed.push(`${procedure.name} changed ${part}: ${JSON.stringify(input)}`)
        }
        return answer
      },
    })
    expect(report.faults).toEqual([])
    expect(changed).toEqual([])
    expect(report.done.size).toBeGreaterThan(25)
    expect(host.sandbox.outside()).toEqual(outside)
    expect(await host.alive()).toBe(true)
    const log = await link.call('/host/logs', { limit: 1000 })
    expect(JSON.stringify(log.body)).not.toContain(MARK)
  })
})

/** An answer that tells of no success: nothing removed, nothing found. */
const saysNothingDone = (json: unknown): boolean =>
  ['{"removed":false}', '{"cancelled":false}', '[]', '{"total":0,"chats":[]}'].includes(JSON.stringify(json))
