// `npm run soak -- api [minutes] [--seed N]`: every procedure of the contract with odd input, over REST, WebSocket and MessagePort, while signed-in
// pages look on and messages are answered. One JSON line in the end. The same seed makes the same inputs.
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { bundle } from '../../build/bundle.ts'
import { linkApp } from '../../emulator/demo/app-process.ts'
import { createModelEndpoint } from '../../emulator/demo/model-endpoint.ts'
import { proceduresOfContract } from '../fuzz/procedures.ts'
import { startPages } from './api-pages.ts'
import { createTarget, type Target } from './api-target.ts'
import { validRound } from './api-valid.ts'

const SLICE_MS = 15_000
/** Of all slices; what is loaded once and cached has its size by then. */
const WARM_UP = 0.25
const PAGES = 3
/** Growth of a heap that was collected, and of what stays open, from the end of the warm-up to the end. */
const MOST_HEAP_MB = 15
const MOST_RSS_MB = 200
const MOST_DESCRIPTORS = 8

export async function api(args: string[]): Promise<boolean> {
  const { values, positionals } = parseArgs({ args, options: { seed: { type: 'string' } }, allowPositionals: true })
  const [minutes = '10'] = positionals
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed)
  console.error(`seed ${seed}`)
  await bundle()
  const endpoint = await createModelEndpoint({ name: 'm', answer: (_system, text) => `answer to ${text.length}` })
  const started = performance.now()
  const targets: Target[] = []
  try {
    for (const kind of ['headless', 'desktop'] as const) {
      targets.push(await createTarget({ kind, seed: seed + targets.length, modelUrl: endpoint.url }))
    }
    const reports: Record<string, unknown> = {}
    let ok = true
    const pages = startPages({ ...headlessOf(targets), count: PAGES })
    const end = started + Number(minutes) * 60_000
    do {
      await linkAgain(targets)
      // Side by side, as the machine has two cores.
      await Promise.all(targets.map((target) => target.slice(SLICE_MS)))
      console.error(progressOf(targets))
    } while (performance.now() < end)
    await pages.stop()
    for (const target of targets) {
      await linkAgain([target])
      await target.known.refresh()
      const valid = await validRound(target.host, await target.link())
      const alive = await target.host.alive()
      await target.finish()
      const facts = { ...factsOf(target), valid, alive }
      reports[target.kind] = facts
      ok &&= facts.ok && valid.length === 0 && alive
    }
    ok &&= pages.troubles.length === 0
    const seconds = Math.round((performance.now() - started) / 1000)
    const page = { reads: pages.reads, signIns: pages.signIns, troubles: pages.troubles.slice(0, 10) }
    console.log(JSON.stringify({ soak: 'api', ok, seed, seconds, pages: page, ...reports }))
    return ok
  } finally {
    for (const { finished, host } of targets) if (!finished()) await host.close()
    await endpoint.close()
  }
}

function headlessOf(targets: readonly Target[]): { url: string; token: string } {
  for (const { host } of targets) if (host.kind === 'headless') return { url: host.url, token: host.token }
  throw new Error('No headless host was started.')
}

/** A fuzzed call may have unlinked the account; the phone scans again, and somebody writes. */
async function linkAgain(targets: readonly Target[]): Promise<void> {
  for (const { host, person } of targets) {
    if (host.kind !== 'headless') continue
    const { state } = await host.app.session()
    if (state === 'unlinked' || state === 'closed' || state === 'pairing') {
      await linkApp(host.app, (qr) => void host.emulator.owner.scan(qr)).catch((error: unknown) => {
        console.error(`it could not be linked again: ${String(error)}`)
      })
    }
    await person.say('a message among all this').catch(() => undefined) // no account is linked
  }
}

function factsOf({ report, changed, leaks, looks, escaped }: Target) {
  const warm = Math.min(looks.length - 1, Math.ceil(looks.length * WARM_UP))
  const [first, last] = [looks.slice(warm, warm + 3), looks.slice(-3)]
  const grown = (field: 'heapMb' | 'rssMb' | 'descriptors') =>
    Math.round((least(last.map((look) => look[field])) - least(first.map((look) => look[field]))) * 10) / 10
  const growth = { heapMb: grown('heapMb'), rssMb: grown('rssMb'), descriptors: grown('descriptors') }
  const ok =
    report.faults.length + changed.length + leaks.length + escaped.size === 0 &&
    growth.heapMb < MOST_HEAP_MB &&
    growth.rssMb < MOST_RSS_MB &&
    growth.descriptors < MOST_DESCRIPTORS
  const never = proceduresOfContract()
    .filter(({ name }) => !report.done.has(name))
    .map(({ name }) => name)
  return {
    ok,
    calls: report.calls,
    statuses: report.statuses,
    neverWithSuccess: never,
    growth,
    end: looks.at(-1),
    faults: report.faults,
    changedByRefused: changed.slice(0, 20),
    outside: [...escaped].slice(0, 20),
    inLogs: leaks.slice(0, 10),
  }
}
const least = (values: readonly number[]) => Math.min(...values)

const progressOf = (targets: readonly Target[]): string =>
  targets
    .map(({ kind, report, looks, changed }) => {
      const look = looks.at(-1)
      return `${kind}: ${report.calls} calls, ${report.faults.length} faults, ${changed.length} changes, heap ${look?.heapMb} MB, rss ${look?.rssMb} MB, ${look?.descriptors} open`
    })
    .join('; ')
