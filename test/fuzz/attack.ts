import type { FuzzedCall, Fuzzer } from './inputs.ts'
import { faultOf } from './judge.ts'
import type { Link } from './link.ts'
import type { Procedure } from './procedures.ts'
import type { Rest } from './rest.ts'

/** One way to the program. */
export interface Lane {
  name: string
  call(procedure: Procedure, input: unknown): Promise<{ status: number; body: unknown }>
}

export const restLane = (rest: Rest, name = 'rest'): Lane => ({
  name,
  call(procedure, input) {
    if (procedure.name !== 'restore.upload') return rest.call(procedure, input)
    const body = shown(Object(input).query)
    return rest.send('PUT', `/api/restore/upload?name=${encodeURIComponent(body.toWellFormed())}`, body)
  },
})

/** A connection that a call closed is opened again for the next one; the call itself has failed. */
export function linkLane(name: string, open: () => Promise<Link>): Lane {
  let link: Promise<Link> | undefined
  const opened = async () => {
    if (link === undefined || (await link).closed) link = open()
    return link
  }
  return {
    name,
    async call({ name: procedure, path }, input) {
      const now = await opened()
      if (procedure !== 'restore.upload') return now.call(path, input)
      const file = new File([shown(Object(input).query)], 'fuzzed.sql')
      return now.callWithFile(path, input, 'body', file)
    },
  }
}

export interface FuzzReport {
  calls: number
  /** How often each status came, by lane: `rest 422`. */
  statuses: Record<string, number>
  /** Procedures that were called with success at least once: the attack got past the first check. */
  done: Set<string>
  /** What is wrong, at most 50 of them. */
  faults: string[]
}

export interface FuzzOptions {
  fuzzer: Fuzzer
  lanes: readonly Lane[]
  /** True: no further call. */
  enough(report: FuzzReport): boolean
  parallel: number
  /** Called instead of the lane where it wants to look at what a call leaves behind. */
  around?(
    call: FuzzedCall,
    run: () => Promise<{ status: number; body: unknown }>,
  ): Promise<{ status: number; body: unknown }>
  report?: FuzzReport
}

export const newReport = (): FuzzReport => ({ calls: 0, statuses: {}, done: new Set(), faults: [] })

/** Calls side by side until it is enough. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { fuzzer, lanes, parallel, report = newReport() } = options
  const fault = (words: string) => {
    if (report.faults.length < 50) report.faults.push(words)
  }
  async function one(): Promise<void> {
    const call = fuzzer.next()
    const lane = fuzzer.one(lanes)
    const { procedure, input } = call
    const run = () => lane.call(procedure, input)
    report.calls += 1
    try {
      const answer = await (options.around ? options.around(call, run) : run())
      const key = `${lane.name} ${answer.status}`
      report.statuses[key] = (report.statuses[key] ?? 0) + 1
      if (answer.status < 300) report.done.add(procedure.name)
      const wrong = faultOf(procedure, answer)
      if (wrong !== undefined) fault(`${lane.name}: ${wrong} to ${shown(input)}`)
    } catch (error) {
      fault(
        `${lane.name}: ${procedure.name}: ${error instanceof Error ? error.message : String(error)} to ${shown(input)}`,
      )
    }
  }
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      while (!options.enough(report)) await one()
    }),
  )
  return report
}

/** Enough of an input to find it again by its seed. */
function shown(input: unknown): string {
  const text = JSON.stringify(input, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
  return (text ?? 'nothing').slice(0, 300)
}
