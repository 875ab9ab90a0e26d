import type { PowerMonitor } from 'electron'

export interface PowerDeps {
  powerMonitor: Pick<PowerMonitor, 'on' | 'removeListener'>
  suspend(): void
  resume(): void
  /** Some panels lose tray icons over sleep and lock. */
  redraw(): void
  /** The machine is going down: close the database now. */
  shutdown(): void
}

/** What the machine does around us: sleep, wake, unlock, shut down. */
export function watchPower(deps: PowerDeps) {
  const resume = () => {
    deps.resume()
    deps.redraw()
  }
  // Preventing wins the time to close the database; the program must then leave by itself, and it does (macOS, Linux).
  const shutdown = (event?: { preventDefault(): void }) => {
    event?.preventDefault()
    deps.shutdown()
  }
  deps.powerMonitor.on('suspend', deps.suspend)
  deps.powerMonitor.on('resume', resume)
  deps.powerMonitor.on('unlock-screen', deps.redraw)
  deps.powerMonitor.on('shutdown', shutdown)
  return {
    dispose() {
      deps.powerMonitor.removeListener('suspend', deps.suspend)
      deps.powerMonitor.removeListener('resume', resume)
      deps.powerMonitor.removeListener('unlock-screen', deps.redraw)
      deps.powerMonitor.removeListener('shutdown', shutdown)
    },
  }
}
