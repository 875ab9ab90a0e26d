import type { TaskInfo } from '../../preload/contract/host.ts'
import type { Owner } from './owner.ts'
import type { Terminal } from './terminal.ts'

/** Tells of the owner's tasks while `work` runs: each new step, on standard error. */
export async function withProgress<T>(owner: Owner, terminal: Terminal, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const told = new Map<string, string | null>()
  const tell = ({ id, state, step, title }: TaskInfo) => {
    if (state !== 'running' || step === null || told.get(id) === step) return
    told.set(id, step)
    terminal.note(`${title}: ${step}`)
  }
  const follow = async () => {
    const events = await owner.client.events.watch(undefined, { signal: stop.signal })
    for await (const event of events) if (event.type === 'task') tell(event.task)
  }
  // Progress is a courtesy: the work's own outcome is what counts.
  const following = follow().catch(() => undefined)
  try {
    return await work()
  } finally {
    stop.abort()
    await following
  }
}
