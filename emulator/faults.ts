import type { BinaryNode } from '@whiskeysockets/baileys'

/** How the server treats the next messages of the program under test. */
interface AckRule {
  /** Milliseconds before the ack goes out. */
  delay: number
  /** Acks still to be swallowed. */
  withheld: number
  /** Acks still to be refusals, with their code. */
  refused: { code: number; left: number; filter: (node: BinaryNode) => boolean }[]
}

/** The switches that the server's parts ask; `createFaultPanel` is what tests and the demo turn. */
export function createFaults() {
  const acks: AckRule = { delay: 0, withheld: 0, refused: [] }
  const logins: { code: number; left: number }[] = []
  let corrupt = 0
  let duplicate = 0
  let reorder = 0
  let offlineMark = true
  let offlineValue = '1'
  let unreachable: 'refuse' | number | undefined
  let silentHandshakes = false
  let media: number | undefined
  let refreshAtScan = false
  let timelockUntil: Date | undefined
  const iqErrors: { matches: (node: BinaryNode) => boolean; code: number; text: string; left: number }[] = []

  return {
    // What the server's parts ask.
    takeLoginFailure(): number | undefined {
      const rule = logins[0]
      if (!rule) return undefined
      if (--rule.left <= 0) logins.shift()
      return rule.code
    },
    damage(node: BinaryNode): BinaryNode {
      if (corrupt <= 0 || !Array.isArray(node.content)) return node
      corrupt--
      return { ...node, content: node.content.map(corrupted) }
    },
    takeDuplicate: () => duplicate > 0 && duplicate-- > 0,
    takeReorder: () => reorder > 0 && reorder-- > 0,
    offlineMarkWithheld: () => !offlineMark,
    offlineAttribute: () => offlineValue,
    unreachable: () => unreachable,
    handshakesSilent: () => silentHandshakes,
    mediaStatus: () => media,
    takeRefreshAtScan(): boolean {
      const armed = refreshAtScan
      refreshAtScan = false
      return armed
    },
    takeIqError(node: BinaryNode) {
      const at = iqErrors.findIndex(({ matches }) => matches(node))
      const rule = iqErrors[at]
      if (rule && --rule.left <= 0) iqErrors.splice(at, 1)
      return rule
    },
    /** Milliseconds to wait with the ack, an error to put into it, or nothing at all. */
    takeAck(node: BinaryNode): { delay: number; error?: number } | undefined {
      if (acks.withheld > 0) {
        acks.withheld--
        return undefined
      }
      const at = acks.refused.findIndex(({ filter }) => filter(node))
      const refusal = acks.refused[at]
      if (!refusal) return { delay: acks.delay }
      if (--refusal.left <= 0) acks.refused.splice(at, 1)
      return { delay: acks.delay, error: refusal.code }
    },

    timelock: () => timelockUntil,

    // What the panel turns.
    acks,
    logins,
    iqErrors,
    setCorrupt: (count: number) => {
      corrupt = count
    },
    setDuplicate: (count: number) => {
      duplicate = count
    },
    setReorder: (count: number) => {
      reorder = count
    },
    setOfflineMark: (on: boolean) => {
      offlineMark = on
    },
    setOfflineValue: (value: string) => {
      offlineValue = value
    },
    setUnreachable: (how: 'refuse' | number | undefined) => {
      unreachable = how
    },
    setSilentHandshakes: (on: boolean) => {
      silentHandshakes = on
    },
    setMediaStatus: (status: number | undefined) => {
      media = status
    },
    setTimelock: (until: Date | undefined) => {
      timelockUntil = until
    },
    armRefreshAtScan: () => {
      refreshAtScan = true
    },
  }
}
export type Faults = ReturnType<typeof createFaults>

/** The last byte of an `<enc>` flipped: its MAC or signature no longer matches. */
function corrupted(node: BinaryNode): BinaryNode {
  if (node.tag !== 'enc' || !(node.content instanceof Uint8Array)) return node
  const bytes = Buffer.from(node.content)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0xff
  return { ...node, content: bytes }
}
