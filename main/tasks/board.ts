import type { TaskInfo } from '../../preload/contract/host.ts'
import type { TaskProgress } from './names.ts'

export interface TaskBoardDeps {
  now(): number
  onChange(task: TaskInfo): void
}

export interface BoardWork {
  signal: AbortSignal
  onProgress(progress: TaskProgress): void
}

/** Ended tasks that are still shown. */
const REMEMBERED = 20
/** Progress is told at most this often. */
const TELL_EVERY_MS = 200

/** What runs and what has just ended, for every page: title, progress, cancel. */
export function createTaskBoard({ now, onChange }: TaskBoardDeps) {
  const entries = new Map<string, { info: TaskInfo; abort: AbortController }>()

  const update = (id: string, change: Partial<TaskInfo>) => {
    const entry = entries.get(id)
    if (!entry) return
    entry.info = { ...entry.info, ...change }
    onChange(entry.info)
  }
  const forgetOld = () => {
    const ended = [...entries.values()].filter(({ info }) => info.state !== 'running')
    for (const { info } of ended.slice(0, Math.max(0, ended.length - REMEMBERED))) entries.delete(info.id)
  }

  return {
    /** Runs work on the board. Rejects as the work does; the board says how it ended. */
    async run<T>(kind: TaskInfo['kind'], title: string, work: (board: BoardWork) => Promise<T>): Promise<T> {
      const id = crypto.randomUUID()
      const abort = new AbortController()
      const info: TaskInfo = {
        id,
        kind,
        title,
        state: 'running',
        progress: null,
        step: null,
        started_at: now(),
        ended_at: null,
        message: null,
      }
      entries.set(id, { info, abort })
      onChange(info)
      let told = 0
      try {
        const result = await work({
          signal: abort.signal,
          onProgress({ step, done, total }) {
            if (now() - told < TELL_EVERY_MS && now() >= told) return
            told = now()
            update(id, { step, progress: total ? Math.min(done / total, 1) : null })
          },
        })
        update(id, { state: 'done', progress: 1, ended_at: now() })
        return result
      } catch (error) {
        const message =
          error instanceof Error && 'code' in error ? error.message : 'It failed unexpectedly. The log holds more.'
        update(id, { state: abort.signal.aborted ? 'cancelled' : 'failed', message, ended_at: now() })
        throw error
      } finally {
        forgetOld()
      }
    },
    /** Newest first. */
    list: (): TaskInfo[] => [...entries.values()].map(({ info }) => info).reverse(),
    /** False where it has ended already. */
    cancel(id: string): boolean {
      const entry = entries.get(id)
      if (entry?.info.state !== 'running') return false
      entry.abort.abort()
      return true
    },
    busy: (): boolean => [...entries.values()].some(({ info }) => info.state === 'running'),
    dispose() {
      for (const { abort } of entries.values()) abort.abort()
    },
  }
}
export type TaskBoard = ReturnType<typeof createTaskBoard>
