import { rename } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isCode } from './codes.ts'

/** Renames. Windows keeps files busy for a while after they were closed (virus scanners): about five seconds of patience there. */
export async function move(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(from, to)
      return
    } catch (error) {
      const busy = process.platform === 'win32' && isCode(error, 'EBUSY', 'EPERM', 'EACCES')
      if (!busy || attempt >= 9) throw error
      await sleep(50 * 2 ** Math.min(attempt, 4))
    }
  }
}
