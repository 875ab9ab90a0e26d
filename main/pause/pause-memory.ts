import { rmSync } from 'node:fs'
import { Session } from '../../preload/contract/session.ts'
import { readRegularFile } from '../files/read-file.ts'
import { replaceFileNow } from '../files/replace-file.ts'
import type { Pause } from './pause.ts'

const MAX_BYTES = 64 * 1024

/** The user's own pause outlasts a restart: whoever paused the bots must not find them answering after a reboot. */
export function createPauseMemory(path: string) {
  return {
    get(): Pause | undefined {
      try {
        const bytes = readRegularFile(path, MAX_BYTES)
        return bytes && Session.shape.paused.parse(JSON.parse(bytes.toString('utf8')))
      } catch {
        // None was set, or the file is damaged: the bots answer, as they do by default.
        return undefined
      }
    },
    set(pause: Pause | undefined): void {
      if (!pause) {
        rmSync(path, { force: true })
        return
      }
      replaceFileNow(path, JSON.stringify(pause))
    },
  }
}
