/** What happened so far. Plain numbers: read them, subtract two readings, print them. */
export interface Counters {
  connections: number
  logins: number
  refusedLogins: number
  /** <message> stanzas for the program under test, redeliveries included. */
  delivered: number
  redelivered: number
  /** <message> stanzas from the program under test. */
  sent: number
  /** Messages that a contact or the owner's devices could read, by distinct id and reader. */
  read: number
  /** The same id once more at the same reader: dropped, as real phones do. */
  duplicates: number
  undecryptable: number
  /** Resends that contacts asked for. */
  retriesAsked: number
  /** Resends that the program under test asked for. */
  retriesWanted: number
  receipts: number
  acks: number
  /** Acks of the program under test with an error in them. */
  refusals: number
  /** IQs by `type xmlns first-child`. */
  iq: Record<string, number>
}

export function createCounters(): Counters {
  return {
    connections: 0,
    logins: 0,
    refusedLogins: 0,
    delivered: 0,
    redelivered: 0,
    sent: 0,
    read: 0,
    duplicates: 0,
    undecryptable: 0,
    retriesAsked: 0,
    retriesWanted: 0,
    receipts: 0,
    acks: 0,
    refusals: 0,
    iq: {},
  }
}
