import { randomUUID } from 'node:crypto'
import type { TaskInfo } from '../../preload/contract/host.ts'
import type { Clock, TaskOptions } from '../ports.ts'

const RECENT = 20
const TELL_EVERY_MS = 200

export type Watch = Required<Pick<TaskOptions, 'signal' | 'onProgress'>> & {
  /** Names the file that the task reads or writes, as soon as the name is known. */
  onFile(name: string): void
}
/** Their title is the name of a file. */
const OF_A_FILE: readonly TaskInfo['kind'][] = ['verify', 'preview', 'restore']

export interface TaskBoard {
  /** Runs `work` as a task that every page shows. What it rejects with is passed on. `signal`: of a caller without whom it is pointless. */
  run<T>(kind: TaskInfo['kind'], title: string, work: (watch: Watch) => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Running ones, then those that ended, newest first. */
  list(): TaskInfo[]
  /** False: nothing of that id runs. */
  cancel(id: string): boolean
  /** Asks everything to stop; resolves when all have. */
  dispose(): Promise<void>
}

/** What runs and what ran lately. Progress is told at most five times a second, a change of state always. */
export function createTaskBoard(deps: { clock: Pick<Clock, 'now'>; onChange(task: TaskInfo): void }): TaskBoard {
  const running = new Map<string, { info: TaskInfo; abort: AbortController; ended: Promise<unknown> }>()
  let ended: TaskInfo[] = []
  return {
    async run(kind, title, work, caller) {
      const { clock, onChange } = deps
      const abort = new AbortController()
      const signal = caller === undefined ? abort.signal : AbortSignal.any([abort.signal, caller])
      const info: TaskInfo = {
        id: randomUUID(),
        kind,
        title,
        ...(OF_A_FILE.includes(kind) && { file: title }),
        state: 'running',
        progress: null,
        step: null,
        started_at: clock.now(),
        ended_at: null,
        message: null,
      }
      let told = 0
      const outcome = work({
        signal,
        onProgress({ step, done, total }) {
          const changed = step !== info.step
          info.step = step
          info.progress = total === null || total <= 0 ? null : Math.min(1, done / total)
          if (!changed && clock.now() - told < TELL_EVERY_MS) return
          told = clock.now()
          onChange({ ...info })
        },
        onFile(name) {
          info.file = name
          if (running.has(info.id)) onChange({ ...info })
        },
      })
      running.set(info.id, { info, abort, ended: outcome.catch(() => undefined) })
      onChange({ ...info })
      try {
        const result = await outcome
        info.state = 'done'
        info.progress = 1
        return result
      } catch (error) {
        info.state = signal.aborted ? 'cancelled' : 'failed'
        // Only what we worded ourselves is shown; anything else may hold what nobody should read here.
        const expected = error instanceof Error && 'code' in error && error.code !== 'UNEXPECTED'
        if (error instanceof Error && 'code' in error && typeof error.code === 'string') info.code = error.code
        info.message = expected ? error.message : 'It failed for a reason that was not expected. The log knows more.'
        throw error
      } finally {
        info.ended_at = clock.now()
        running.delete(info.id)
        ended = [info, ...ended].slice(0, RECENT)
        onChange({ ...info })
      }
    },
    list: () => [...[...running.values()].map(({ info }) => ({ ...info })), ...ended],
    cancel(id) {
      const task = running.get(id)
      task?.abort.abort()
      return task !== undefined
    },
    async dispose() {
      const all = [...running.values()]
      for (const { abort } of all) abort.abort()
      await Promise.all(all.map((task) => task.ended))
    },
  }
}
