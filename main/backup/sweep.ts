import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options: { type: 'minor' | 'major' }) => void

/** Of bytes that passed: often enough that what was used stays small, seldom enough to take no time (about a millisecond each). */
const MINOR = 8 * 1024 * 1024
const MAJOR = 128 * 1024 * 1024

/**
 * Gives memory back while hundreds of megabytes pass through buffers that are used once: V8 looks for what nobody uses any more
 * when its own heap grows, and the bytes of buffers lie outside of it. To be told of the bytes that passed.
 */
export function createSweep(): (bytes: number) => void {
  let collect: Collect | undefined
  let minor = 0
  let major = 0
  return (bytes) => {
    minor += bytes
    major += bytes
    if (minor < MINOR) return
    collect ??= collector()
    collect({ type: major >= MAJOR ? 'major' : 'minor' })
    minor = 0
    if (major >= MAJOR) major = 0
  }
}

/**
 * What is still in use is looked for when `createSweep` says so, and not a little at a time whenever bytes of buffers came along: with those of
 * large buffers that is all the time, and a fifth of the work. For the rest of this process, which ends with its task.
 */
export function collectAtOnce(): void {
  setFlagsFromString('--no-incremental-marking')
}

function collector(): Collect {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as Collect
}
