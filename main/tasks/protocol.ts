// What the parent and the child of a task say to each other. Both ways of starting a child (`fork` in Node,
// `utilityProcess` in Electron) carry these messages by structured cloning, and nothing else.
import type { TaskName, TaskProgress } from './names.ts'
import type { ErrorRecord } from './task-error.ts'

export type ToChild =
  | { type: 'run'; name: TaskName; input: unknown; priority: 'normal' | 'idle' }
  /** One of many: the child answers with the same id, and stays. */
  | { type: 'call'; id: number; name: TaskName; input: unknown }
  /** Stop soon. A child that is still there after `CANCEL_GRACE_MS` is killed. */
  | { type: 'cancel' }

export type FromChild =
  | { type: 'ready' }
  | { type: 'progress'; progress: TaskProgress }
  /** A file or folder that exists only while the task runs: the parent removes it where the child could not. */
  | { type: 'temporary'; path: string }
  /** Resident memory, for platforms where the parent cannot read it. */
  | { type: 'memory'; bytes: number }
  | { type: 'done'; output: unknown }
  | { type: 'failed'; error: ErrorRecord }
  | { type: 'answer'; id: number; output: unknown }
  | { type: 'refusal'; id: number; error: ErrorRecord }

/** How long a cancelled child may tidy up: a single long SQLite statement cannot be interrupted. */
export const CANCEL_GRACE_MS = 2_000

/** How long a killed child is waited for. One that waits for a disk that does not answer cannot end before the disk does. */
export const KILL_GRACE_MS = 1_000

/** What a handler is given beside its input. */
export interface TaskContext {
  readonly signal: AbortSignal
  progress(progress: TaskProgress): void
  /** Declares a temporary file; with it go `-journal`, `-wal` and `-shm` of the same name. */
  temporary(path: string): void
}
