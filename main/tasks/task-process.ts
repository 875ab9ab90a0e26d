import type { TaskProcess } from '../ports.ts'
import type { TaskInput, TaskName, TaskOutput } from './names.ts'
import { fromRecord, TaskError } from './task-error.ts'
import type { TaskChild } from './tasks.ts'

interface Waiting {
  done(output: unknown): void
  failed(error: TaskError): void
}

/** A process that is not there after this time does not come. */
const START_MS = 60_000

/** A child process that stays and answers calls. It never keeps the program from ending. */
export function createTaskProcess(child: TaskChild): TaskProcess {
  const waiting = new Map<number, Waiting>()
  let count = 0
  let closed = false
  const ready = Promise.withResolvers<void>()
  ready.promise.catch(() => undefined) // told to those who call
  const starting = setTimeout(close, START_MS)
  const failAll = (error: TaskError) => {
    for (const one of [...waiting.values()]) one.failed(error)
  }
  child.onMessage((message) => {
    if (message.type === 'ready') {
      clearTimeout(starting)
      ready.resolve()
    }
    if (message.type === 'answer') waiting.get(message.id)?.done(message.output)
    if (message.type === 'refusal') waiting.get(message.id)?.failed(fromRecord(message.error))
  })
  const ended = new Promise<void>((resolve) => {
    child.onExit(() => {
      closed = true
      clearTimeout(starting)
      ready.reject(gone())
      failAll(gone())
      resolve()
    })
  })
  child.unref?.()

  function close(): void {
    if (closed) return
    closed = true
    clearTimeout(starting)
    child.kill()
    ready.reject(gone())
    failAll(gone())
  }
  return {
    ready: ready.promise,
    ended,
    close,
    async call<N extends TaskName>(name: N, input: TaskInput<N>, milliseconds: number): Promise<TaskOutput<N>> {
      await ready.promise
      if (closed) throw gone()
      const id = count++
      return await new Promise<TaskOutput<N>>((resolve, reject) => {
        const settle = () => {
          clearTimeout(timer)
          waiting.delete(id)
        }
        const timer = setTimeout(() => {
          settle()
          reject(new TaskError('TIME_LIMIT', 'It took longer than it may and was stopped; nothing was changed.'))
          close()
        }, milliseconds)
        waiting.set(id, {
          done(output) {
            settle()
            resolve(output as TaskOutput<N>)
          },
          failed(error) {
            settle()
            reject(error)
          },
        })
        child.post({ type: 'call', id, name, input })
      })
    },
  }
}

const gone = () => new TaskError('CRASHED', 'The process that did this work ended; nothing was changed. Try again.')
