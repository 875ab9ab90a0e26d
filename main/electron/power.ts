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
  // `shutdown` may be prevented to win time (macOS, Linux); closing the database is quick, so we do not.
  const shutdown = () => deps.shutdown()
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
