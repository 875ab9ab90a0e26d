import type { Session, SessionState } from '../../preload/contract/session.ts'
import { notConnected } from './errors.ts'

/** Why there is no connection, or only half of one. */
export type Problem = NonNullable<Session['problem']>

// Where each state may lead. What is not here is a fault of ours, and is refused loudly.
const ways: Record<SessionState, readonly SessionState[]> = {
  unlinked: ['connecting', 'closed'],
  connecting: ['pairing', 'catching-up', 'open', 'waiting', 'closed', 'unlinked'],
  pairing: ['connecting', 'waiting', 'closed', 'unlinked'],
  'catching-up': ['open', 'connecting', 'waiting', 'closed', 'unlinked'],
  open: ['connecting', 'waiting', 'closed', 'unlinked'],
  waiting: ['connecting', 'closed', 'unlinked'],
  closed: ['connecting', 'waiting', 'unlinked'],
}

/** What lasts only as long as its state. */
type Details = Partial<Pick<Session, 'qr' | 'qrExpiresAt' | 'pairingCode' | 'codeRefreshed' | 'problem' | 'retryAt'>>
/** What outlives states. */
type Standing = Partial<Pick<Session, 'me' | 'historyProgress'>>

export interface SessionView {
  get(): Session
  /** Enters a state (or renews its details); details of the state before are gone. */
  enter(state: SessionState, details?: Details): void
  /** `undefined` takes a field away. */
  note(standing: { [K in keyof Standing]: Standing[K] | undefined }): void
  onChange(listener: (session: Session) => void): () => void
  /** Resolves in one of these states. @throws WhatsAppError after `limit` ms */
  reaches(states: readonly SessionState[], limit: number): Promise<void>
  dispose(): void
}

export function createSessionView(start: Session, now: () => number): SessionView {
  const listeners = new Set<(session: Session) => void>()
  let session = start
  const tell = () => {
    for (const listener of [...listeners]) listener(session)
  }
  const onChange = (listener: (session: Session) => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    get: () => session,
    enter(state, details = {}) {
      const moved = state !== session.state
      if (moved && !ways[session.state].includes(state)) {
        throw new Error(`The session cannot go from ${session.state} to ${state}.`)
      }
      const { me, historyProgress, emulator } = session
      session = {
        state,
        since: moved ? now() : session.since,
        emulator,
        ...(me ? { me } : {}),
        ...(historyProgress === undefined ? {} : { historyProgress }),
        ...details,
      }
      tell()
    },
    note(standing) {
      const { me, historyProgress, ...rest } = { ...session, ...standing }
      session = {
        ...rest,
        ...(me ? { me } : {}),
        ...(historyProgress === undefined ? {} : { historyProgress }),
      }
      tell()
    },
    onChange,
    reaches: (states, limit) =>
      new Promise((resolve, reject) => {
        const done = (settle: () => void) => {
          clearTimeout(timer)
          off()
          settle()
        }
        const timer = setTimeout(() => done(() => reject(notConnected())), limit)
        const off = onChange(({ state }) => {
          if (states.includes(state)) done(resolve)
        })
        if (states.includes(session.state)) done(resolve)
      }),
    dispose: () => listeners.clear(),
  }
}
