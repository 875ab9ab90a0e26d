import type { Ended } from './link.ts'
import type { Problem } from './session-view.ts'

export type AfterClose =
  | { do: 'reconnect-at-once' }
  | { do: 'back-off'; problem: Problem; longest?: boolean }
  | { do: 'refresh-version'; problem: Problem }
  | { do: 'relink'; problem: Problem }
  | { do: 'stop'; problem: Problem }

export interface Closing extends Ended {
  /** What ended while no account was linked yet. */
  pairing?: 'qr' | 'code'
  /** A newer version was already tried since the last login. */
  versionRefreshed?: boolean
  /** How often in a row the server failed with 500. */
  serverErrors?: number
}

const problem = (code: Problem['code'], message: string): Problem => ({ code, message })

/** What to do when the connection ended, by the reasons that WhatsApp gives. Sending again what it forbids risks a ban. */
export function afterClose(closing: Closing): AfterClose {
  const { status, httpStatus, pairing } = closing
  if (httpStatus !== undefined) return { do: 'back-off', problem: inBetween(httpStatus) }
  // The server gave no more QR codes.
  if (pairing && closing.reason.includes('QR refs')) return { do: 'stop', problem: pairingTimedOut }
  if (pairing === 'code' && status !== 515) return { do: 'stop', problem: pairingTimedOut }
  switch (status ?? 0) {
    case 515:
      return { do: 'reconnect-at-once' }
    case 440:
      return { do: 'stop', problem: replaced }
    case 401:
    case 406:
      return { do: 'relink', problem: loggedOut }
    case 402:
    case 403:
      return { do: 'stop', problem: banned }
    case 411:
      return { do: 'stop', problem: mismatch }
    case 405:
    case 409:
      return closing.versionRefreshed ? { do: 'stop', problem: tooOld } : { do: 'refresh-version', problem: tooOld }
    case 500:
    case 501:
    case 503:
      return { do: 'back-off', problem: serverTrouble, longest: (closing.serverErrors ?? 0) > 1 }
    default:
      return { do: 'back-off', problem: networkTrouble }
  }
}

const pairingTimedOut = problem('pairing-timed-out', 'Nobody scanned the code in time. Ask for a new code.')
const replaced = problem(
  'replaced',
  'Another program uses this linked device right now, so Whatslang stopped. Stop the other copy, then connect again.',
)
const loggedOut = problem(
  'logged-out',
  'This device was unlinked, here or on the phone. Chats, bots and history are kept. Link it again to go on.',
)
const banned = problem(
  'banned',
  'WhatsApp refused this account. Open WhatsApp on the phone to see why. Whatslang does not try again by itself.',
)
const mismatch = problem(
  'multi-device-mismatch',
  'The phone does not accept linked devices at the moment. Update WhatsApp on the phone, then connect again.',
)
const tooOld = problem(
  'client-too-old',
  'WhatsApp asks for a newer version of its web client. Update Whatslang, then connect again.',
)
const serverTrouble = problem('server', 'WhatsApp has trouble on its side. Whatslang tries again by itself.')
const inBetween = (httpStatus: number) =>
  problem(
    'network',
    `Something between this computer and WhatsApp answers in its place (HTTP ${httpStatus}): a proxy, or a network that wants a sign-in first. Open any web page to see. Whatslang tries again by itself.`,
  )
const networkTrouble = problem('network', 'WhatsApp cannot be reached. Whatslang tries again by itself.')
