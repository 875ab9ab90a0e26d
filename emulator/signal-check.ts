import type { BinaryNode } from '@whiskeysockets/baileys'
import { dropOldest } from './bounded.ts'

/**
 * Watches the counters inside raw Signal messages. A sender that uses one counter of a chain for two messages has used one message key
 * twice: a fault of confidentiality, and the second message cannot be read. Each chain is a sender, a recipient and a ratchet key
 * (in groups: a sender key's id), read from the protobuf by hand so that a mistake in libsignal cannot hide itself.
 */
export function createSignalCheck() {
  /** Newest so many chains: each turn of a conversation starts one. */
  const CHAINS = 20_000
  const COUNTERS = 5_000
  const chains = new Map<string, Map<number, string>>()
  const reused: { sender: string; recipient: string; counter: number; ids: [string, string] }[] = []
  let checked = 0

  return {
    see(sender: string, recipient: string, id: string, enc: BinaryNode): void {
      const position = positionOf(enc)
      if (!position) return
      checked++
      const name = `${sender} ${recipient} ${position.chain}`
      const chain = chains.get(name) ?? new Map<number, string>()
      chains.delete(name)
      chains.set(name, chain)
      const earlier = chain.get(position.counter)
      const bytes = enc.content instanceof Uint8Array ? enc.content : new Uint8Array()
      const print = `${id} ${Buffer.from(bytes.subarray(-8)).toString('hex')}`
      if (earlier === undefined) chain.set(position.counter, print)
      // One ciphertext for all members of a group is seen once for each of them.
      else if (earlier !== print) {
        reused.push({ sender, recipient, counter: position.counter, ids: [idOf(earlier), id] })
      }
      dropOldest(chain, COUNTERS)
      dropOldest(chains, CHAINS)
    },
    get reusedCounters() {
      return reused.length
    },
    /** Which counters were used twice, and by which messages. */
    get reuses(): readonly { sender: string; recipient: string; counter: number; ids: [string, string] }[] {
      return reused
    },
    /** Messages whose counter was read: 0 would mean that nothing was checked. */
    get checked() {
      return checked
    },
  }
}
export type SignalCheck = ReturnType<typeof createSignalCheck>

const idOf = (print: string) => print.split(' ')[0] ?? ''

interface Position {
  chain: string
  counter: number
}

/** The chain and counter of a WhisperMessage, of the one inside a PreKeyWhisperMessage, or of a SenderKeyMessage. */
export function positionOf(enc: BinaryNode): Position | undefined {
  if (!(enc.content instanceof Uint8Array)) return undefined
  const bytes = Buffer.from(enc.content)
  switch (enc.attrs.type ?? '') {
    case 'msg':
      return whisperPosition(bytes)
    case 'pkmsg': {
      // Version byte, then the protobuf; field 4 is the whole inner message.
      const inner = readFields(bytes.subarray(1)).get(4)
      return inner instanceof Buffer ? whisperPosition(inner) : undefined
    }
    case 'skmsg': {
      // Version byte, protobuf (1: key id, 2: iteration), 64 bytes of signature.
      const fields = readFields(bytes.subarray(1, -64))
      const counter = fields.get(2) ?? 0
      return typeof counter === 'number' ? { chain: `sender key ${String(fields.get(1))}`, counter } : undefined
    }
    default:
      return undefined
  }
}

/** Version byte, protobuf (1: ratchet key, 2: counter), 8 bytes of MAC. */
function whisperPosition(bytes: Buffer): Position | undefined {
  const fields = readFields(bytes.subarray(1, -8))
  const key = fields.get(1)
  const counter = fields.get(2) ?? 0
  return key instanceof Buffer && typeof counter === 'number' ? { chain: key.toString('hex'), counter } : undefined
}

/** Varints and byte strings of one protobuf message; other wire types do not occur in Signal's. */
function readFields(bytes: Buffer): Map<number, number | Buffer> {
  const fields = new Map<number, number | Buffer>()
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 1; at < bytes.length; shift *= 128) {
      const byte = bytes[at++] ?? 0
      value += (byte & 127) * shift
      if (byte < 128) return value
    }
    throw new Error('A varint runs past its end.')
  }
  while (at < bytes.length) {
    const tag = varint()
    if ((tag & 7) === 0) fields.set(tag >> 3, varint())
    else if ((tag & 7) === 2) {
      const length = varint()
      fields.set(tag >> 3, bytes.subarray(at, at + length))
      at += length
    } else throw new Error(`Wire type ${tag & 7} in a Signal message.`)
  }
  return fields
}
