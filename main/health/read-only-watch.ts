import { isReadOnly } from '../files/read-only.ts'
import type { Notice } from '../ports.ts'

const LOOK_EVERY_MS = 30_000

export interface ReadOnlyWatchDeps {
  /** The data directory. */
  folder: string
  notify(notice: Notice): void
  onChange(): void
  log: {
    info(facts: Record<string, unknown>, message: string): void
    error(facts: Record<string, unknown>, message: string): void
  }
}

/** Notices a disk that takes no changes any more, as a system makes one that reports errors, and one that takes them again. */
export function createReadOnlyWatch({ folder, notify, onChange, log }: ReadOnlyWatchDeps) {
  let timer: NodeJS.Timeout | undefined
  let readOnly = false

  async function look(): Promise<void> {
    const now = await isReadOnly(folder)
    if (now === readOnly) return
    readOnly = now
    if (now) {
      log.error({ folder }, 'the disk of the data directory can only be read')
      const body = `Nothing new can be kept: ${folder} is on a disk that can only be read. Look at the disk, and mount it for writing.`
      notify({ code: 'disk-read-only', title: 'The disk can only be read', body, page: '/health' })
    } else log.info({ folder }, 'the disk of the data directory can be written again')
    onChange()
  }
  return {
    look,
    /** As it was seen last. */
    readOnly: (): boolean => readOnly,
    start(): void {
      timer ??= setInterval(() => void look(), LOOK_EVERY_MS).unref()
      void look()
    },
    dispose: (): void => clearInterval(timer),
  }
}
export type ReadOnlyWatch = ReturnType<typeof createReadOnlyWatch>
