import type { App } from 'electron'

export interface QuitDeps {
  app: Pick<App, 'on' | 'exit' | 'removeListener'>
  /** Stop taking, drain, checkpoint, close. */
  stop(): Promise<void>
  log: { error(facts: object, message: string): void }
}

/** How long a second request to quit waits before the program leaves without order. The database survives that: it is SQLite in WAL mode. */
export const FORCE_AFTER_MS = 5000

/** Quits in order: the first request closes everything, then leaves; a second one while that lasts leaves after five seconds. */
export function createQuit(deps: QuitDeps) {
  let stopping: Promise<void> | undefined
  let stopped = false
  let forced: NodeJS.Timeout | undefined

  const begin = () => {
    stopping ??= deps
      .stop()
      .catch((cause: unknown) => deps.log.error({ err: cause }, 'closing down failed'))
      .then(() => {
        stopped = true
        clearTimeout(forced)
        deps.app.exit(0)
      })
  }
  const onBeforeQuit = (event: { preventDefault(): void }) => {
    if (stopped) return
    event.preventDefault()
    if (stopping) forced ??= setTimeout(() => deps.app.exit(1), FORCE_AFTER_MS)
    begin()
  }
  deps.app.on('before-quit', onBeforeQuit)
  return {
    quitting: () => stopping !== undefined,
    dispose() {
      clearTimeout(forced)
      deps.app.removeListener('before-quit', onBeforeQuit)
    },
  }
}
