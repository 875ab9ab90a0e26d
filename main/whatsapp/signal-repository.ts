import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import type { BinaryNode, SignalAuthState, SignalRepositoryWithLIDStore } from '@whiskeysockets/baileys'
import type { Journal, JournalEntry } from './journal.ts'
import { asKeyData } from './key-store.ts'
import type { KeyedLock } from './keyed-lock.ts'

export interface JournalledDeps {
  journal: Journal
  /** Shared by all sockets of one session.db, also by one that ended and still works off its queue. */
  lock: KeyedLock
  /** The entry for what was just decrypted; undefined: do not journal it. */
  entryFor(ciphertext: Uint8Array, hash: Buffer, plaintext: Uint8Array): JournalEntry | undefined
}

/** Padding of one byte around nothing: decodes as a message without content. */
const emptyMessage = Buffer.from([1])

/**
 * Wraps Baileys' Signal repository. Two things are changed.
 *
 * Each operation leaves the transaction that it was called in, commits on its own, and waits for its turn per person or
 * group. Baileys runs a whole send in one transaction that commits after the bytes have left, so a message decrypted
 * meanwhile and the send overwrite each other's ratchet: one answer in ten of a burst cannot be read.
 *
 * A decrypted message enters the journal in the same commit as the ratchet's step, because Baileys sends the receipt
 * before it tells us, and the server then forgets the message.
 */
export function journalled(
  auth: SignalAuthState,
  repository: SignalRepositoryWithLIDStore,
  { journal, lock, entryFor }: JournalledDeps,
): SignalRepositoryWithLIDStore {
  const outside = AsyncLocalStorage.snapshot()
  const { keys } = auth
  const transaction = <T>(work: () => Promise<T>, key: string): Promise<T> =>
    'transaction' in keys ? keys.transaction(work, key) : work()

  const userOf = async (jid: string): Promise<string> => {
    const lid = jid.endsWith('@s.whatsapp.net') ? await repository.lidMapping.getLIDForPN(jid) : undefined
    return (lid ?? jid).replace(/[:@].*$/, '')
  }
  const alone = <T>(group: string, work: () => Promise<T>): Promise<T> => outside(() => lock(group, work))
  const aloneFor = <T>(jid: string, work: (user: string) => Promise<T>): Promise<T> =>
    outside(async () => {
      const user = await userOf(jid)
      return lock(user, () => work(user))
    })

  const decrypt = (key: string, ciphertext: Uint8Array, raw: () => Promise<Uint8Array>): Promise<Uint8Array> => {
    const hash = createHash('sha256').update(ciphertext).digest()
    const known = journal.find(hash)
    // The ratchet cannot go back: what was decrypted once is answered from the journal.
    if (known) return Promise.resolve(known.state === 'open' ? known.plaintext : emptyMessage)
    return transaction(async () => {
      const plaintext = await raw()
      const entry = entryFor(ciphertext, hash, plaintext)
      if (entry) await keys.set(asKeyData(entry))
      return plaintext
    }, key)
  }

  return {
    ...repository,
    decryptMessage: (input) =>
      aloneFor(input.jid, (user) => decrypt(user, input.ciphertext, () => repository.decryptMessage(input))),
    decryptGroupMessage: (input) =>
      alone(input.group, () => decrypt(input.group, input.msg, () => repository.decryptGroupMessage(input))),
    encryptMessage: (input) => aloneFor(input.jid, () => repository.encryptMessage(input)),
    injectE2ESession: (input) => aloneFor(input.jid, () => repository.injectE2ESession(input)),
    migrateSession: (from, to) => aloneFor(to, () => repository.migrateSession(from, to)),
    encryptGroupMessage: (input) => alone(input.group, () => repository.encryptGroupMessage(input)),
    processSenderKeyDistributionMessage: (input) =>
      alone(input.item.groupId ?? '', () => repository.processSenderKeyDistributionMessage(input)),
    getSenderKeyDistributionMessage: (input) =>
      alone(input.group, () => repository.getSenderKeyDistributionMessage(input)),
    hasSenderKey: (input) => outside(() => repository.hasSenderKey(input)),
    validateSession: (jid) => outside(() => repository.validateSession(jid)),
    getSessionInfo: (jid) => outside(() => repository.getSessionInfo(jid)),
    deleteSession: (jids) => outside(() => repository.deleteSession(jids)),
  }
}

/** Finds the stanza that a ciphertext came in, while Baileys works on it. */
export function createStanzaMemory() {
  const stanzas = new WeakMap<Uint8Array, BinaryNode>()
  return {
    remember(stanza: BinaryNode) {
      if (!Array.isArray(stanza.content)) return
      for (const { tag, content } of stanza.content) {
        if (tag === 'enc' && content instanceof Uint8Array) stanzas.set(content, stanza)
      }
    },
    of: (ciphertext: Uint8Array) => stanzas.get(ciphertext),
  }
}
