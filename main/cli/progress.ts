import type { TaskInfo } from '../../preload/contract/host.ts'
import type { Owner } from './owner.ts'
import type { Terminal } from './terminal.ts'

const KINDS: Readonly<Record<TaskInfo['kind'], string>> = {
  backup: 'Backup',
  verify: 'Verifying a backup',
  restore: 'Restore',
  preview: 'Looking into the file',
  export: 'Export',
  vacuum: 'Compacting the database',
  salvage: 'Salvaging',
  reindex: 'Building the search index',
  import: 'Import',
  sync: 'Syncing chats',
  retention: 'Forgetting old texts',
  drill: 'Recovery drill',
}
/** What a task calls its steps, in words. A step that is not here stands as the task calls it. */
const STEPS: Readonly<Record<string, string>> = {
  pages: 'reading the database',
  rows: 'writing rows',
  bytes: 'reading the file back',
  compare: 'comparing',
  read: 'reading the file',
  load: 'loading',
  'carry over': 'carrying over what is here',
  vacuum: 'writing the file anew',
  start: 'starting on what was restored',
}

export const stepInWords = ({ kind, file }: Pick<TaskInfo, 'kind' | 'file'>, step: string): string =>
  `${KINDS[kind]}${file === undefined ? '' : ` (${file})`}: ${STEPS[step] ?? step}`

/** Tells of the owner's tasks while `work` runs: each new step, on standard error. */
export async function withProgress<T>(owner: Owner, terminal: Terminal, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const told = new Map<string, string | null>()
  const tell = (task: TaskInfo) => {
    const { id, state, step } = task
    if (stop.signal.aborted || state !== 'running' || step === null || told.get(id) === step) return
    told.set(id, step)
    terminal.note(stepInWords(task, step))
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
    await atMost(following, FAREWELL_MS)
  }
}

/** The owner is told over the connection that nobody follows any more, before that is closed. A stream that was stopped before it flowed never ends. */
const FAREWELL_MS = 500

async function atMost(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([
    work,
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms)
    }),
  ])
  clearTimeout(timer)
}
