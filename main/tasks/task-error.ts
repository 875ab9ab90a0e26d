/** How a task can end early by our own doing. Whatever a handler throws keeps its own code. */
export type TaskErrorCode = 'CANCELLED' | 'TIME_LIMIT' | 'MEMORY_LIMIT' | 'DISK_LIMIT' | 'CRASHED'

/**
 * A task did not succeed. `code` is one of TaskErrorCode, or the code of the typed error that its handler threw in the
 * child process (a class does not survive the way between processes; its code, message and data do).
 */
export class TaskError extends Error {
  override readonly name = 'TaskError'
  readonly code: string
  readonly data: Record<string, unknown>
  constructor(code: TaskErrorCode | (string & {}), message: string, data: Record<string, unknown> = {}) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** An error as it crosses between the processes. `expected` errors were thrown on purpose: they carry a code. */
export interface ErrorRecord {
  code: string
  message: string
  data: Record<string, unknown>
  expected: boolean
}

/** No stack and no cause cross over: they may hold text of messages. */
export function toRecord(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { code: 'UNEXPECTED', message: 'The task failed.', data: {}, expected: false }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const data = 'data' in error && isRecord(error.data) ? error.data : {}
  const line = 'line' in error && typeof error.line === 'number' ? { line: error.line } : {}
  return {
    code: code ?? 'UNEXPECTED',
    message: error.message,
    data: { ...pathsOf(error), ...data, ...line },
    expected: code !== undefined,
  }
}
/** Which file a failure of the operating system is about. */
function pathsOf(error: Error): Record<string, string> {
  const named = ['path', 'dest'].flatMap((name): [string, string][] => {
    const path: unknown = Reflect.get(error, name)
    return 'syscall' in error && typeof path === 'string' ? [[name, path]] : []
  })
  return Object.fromEntries(named)
}
export const fromRecord = (record: ErrorRecord): TaskError => new TaskError(record.code, record.message, record.data)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
