import { S_WHATSAPP_NET } from '@whiskeysockets/baileys'
import type { Clock } from '../ports.ts'
import { createLink, type Ended, type LinkDeps } from './link.ts'
import { followPairing } from './pairing.ts'
import type { ServerClock } from './server-clock.ts'
import type { Timing } from './types.ts'
import { createWatchdog } from './watchdog.ts'

export interface LoginEvents {
  onQr(code: { qr: string; expiresAfter: number; refreshed: boolean }): void
  /** Linking needs a passkey, which only the official clients have. */
  onPasskey(): void
  onLoggedIn(): void
  /** What waited at the server is through: bots may speak. After `onLoggedIn`. */
  onCaughtUp(): void
  /** Open for long enough to forget earlier failures. */
  onStable(): void
  /** At most once, and not after `end`. */
  onEnded(how: Ended): void
}

export interface LoginDeps {
  timing: Timing
  clock: Clock
  serverClock: ServerClock
  /** What the link needs beside the events that are a login's own. */
  link: Omit<LinkDeps, 'onOpen' | 'onCaughtUp' | 'onClose' | 'onFrame'>
  /** No account is linked yet: codes will be shown. */
  pairing: boolean
}

/** One attempt to be connected, from the making of its link to its end. Nothing is heard of it any more once it ended. */
export function createLogin({ timing, clock, serverClock, link: linkDeps, pairing }: LoginDeps, events: LoginEvents) {
  const timers = new Set<NodeJS.Timeout>()
  let ended = false
  let greeted = false
  let opened = false
  let caughtUp = false

  const link = createLink({
    ...linkDeps,
    onOpen: loggedIn,
    onCaughtUp: () => {
      caughtUp = true
      openWhenReady()
    },
    onClose: finish,
    onFrame: (node) => {
      watchdog.frame()
      const t = Number(node?.attrs.t)
      if (!node || !t) return
      if (node.tag === 'success') serverClock.login(t)
      else if (!node.attrs.offline) serverClock.heard(t)
    },
  })
  const ping = () =>
    link.sock.query(
      {
        tag: 'iq',
        attrs: { to: S_WHATSAPP_NET, type: 'get', xmlns: 'w:p' },
        content: [{ tag: 'ping', attrs: {} }],
      },
      timing.pingLimit,
    )
  const watchdog = createWatchdog({
    clock,
    every: timing.watchEvery,
    silence: timing.silence,
    pingLimit: timing.pingLimit,
    ping,
    onDead: () => finish({ status: 408, reason: 'no answer' }),
  })
  // Baileys has limits for the parts of a login, and between them states that it never leaves.
  later(timing.connectLimit, () => {
    if (!greeted) finish({ status: 408, reason: 'no login' })
  })
  if (pairing) {
    followPairing(
      link.sock,
      {
        onQr: (qr, expiresAfter, refreshed) => {
          greeted = true
          if (!ended) events.onQr({ qr, expiresAfter, refreshed })
        },
        onPasskey: () => {
          if (!ended) events.onPasskey()
        },
        onRefusal: () => linkDeps.log.warn('the request for a fresh code could not be acknowledged'),
      },
      timing.qrTimeout,
    )
  }

  function later(ms: number, work: () => void) {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, ms)
    timers.add(timer)
  }

  function end() {
    ended = true
    for (const timer of timers) clearTimeout(timer)
    watchdog.dispose()
    link.end()
  }

  function finish(how: Ended) {
    if (ended) return
    end()
    events.onEnded(how)
  }

  function loggedIn() {
    if (ended) return
    greeted = true
    opened = true
    events.onLoggedIn()
    later(timing.stableAfter, events.onStable)
    const openedAt = performance.now()
    const look = () => {
      if (caughtUp) return
      // Baileys holds events back until the server's mark, which may be missing.
      link.flush()
      const quiet = performance.now() - Math.max(openedAt, link.queuedAt())
      if (quiet >= timing.catchUpSilence) {
        caughtUp = true
        openWhenReady()
      } else later(Math.min(1000, timing.catchUpSilence), look)
    }
    look()
    openWhenReady()
  }

  function openWhenReady() {
    if (ended || !opened || !caughtUp) return
    link.flush()
    events.onCaughtUp()
  }

  return { link, opened: () => opened, end }
}
export type Login = ReturnType<typeof createLogin>
