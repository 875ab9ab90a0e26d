import type { Clock } from '../ports.ts'

export interface WatchdogDeps {
  clock: Clock
  every: number
  silence: number
  pingLimit: number
  /** Resolves when the server answered. */
  ping(): Promise<unknown>
  onDead(): void
}

/**
 * Notices a connection that is dead without having closed: after sleep (the timer comes late), or when no frame came for
 * long. It asks once and ends the connection when no answer comes. Quiet chats alone are no sign: pings bring frames.
 */
export function createWatchdog({ clock, every, silence, pingLimit, ping, onDead }: WatchdogDeps) {
  let lastFrame = clock.monotonic()
  let lastLook = { wall: clock.now(), monotonic: clock.monotonic() }
  let asking = false

  const ask = async () => {
    if (asking) return
    asking = true
    const before = lastFrame
    const limit = setTimeout(() => {
      if (lastFrame === before) onDead()
    }, pingLimit)
    limit.unref()
    try {
      await ping()
    } catch {
      // The answer may be an error: a frame is what counts, and the limit above judges that.
    } finally {
      asking = false
    }
  }
  const look = () => {
    const now = { wall: clock.now(), monotonic: clock.monotonic() }
    const late = Math.max(now.wall - lastLook.wall, now.monotonic - lastLook.monotonic) > every + 10_000
    lastLook = now
    if (late || now.monotonic - lastFrame > silence) void ask()
  }
  const timer = setInterval(look, every)
  timer.unref()
  return {
    frame() {
      lastFrame = clock.monotonic()
    },
    dispose() {
      clearInterval(timer)
    },
  }
}
