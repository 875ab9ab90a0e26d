import type { WASocket } from '@whiskeysockets/baileys'
import { WhatsAppError } from './errors.ts'
import type { JournalOwner } from './journal.ts'
import type { WhatsAppDeps } from './types.ts'

const PATIENCE_MS = 20_000

export interface GroupSyncDeps {
  deps: Pick<WhatsAppDeps, 'log' | 'onGroup'>
  owner(): JournalOwner | undefined
  sock(): WASocket | undefined
}

/** Keeps names and members of groups as WhatsApp has them. */
export function createGroupSync({ deps, owner, sock }: GroupSyncDeps) {
  return {
    /** One group changed, or was left. */
    async one(jid: string): Promise<void> {
      const account = owner()
      try {
        const metadata = await sock()?.groupMetadata(jid)
        if (account && metadata) deps.onGroup?.(account.accountId, metadata)
      } catch {
        deps.log.debug('a group could not be asked about; it may have been left')
      }
    },
    /** @throws WhatsAppError where there is no account, no connection, or no answer */
    async all(): Promise<void> {
      const [current, account] = [sock(), owner()]
      if (!current || !account) throw noList()
      const groups = await Promise.race([current.groupFetchAllParticipating(), silence()]).catch((cause: unknown) => {
        throw noList(cause)
      })
      for (const group of Object.values(groups)) deps.onGroup?.(account.accountId, group)
    },
  }
}

/** Rejects: a server that has not answered by then will not. Baileys itself waits for a minute. */
const silence = (): Promise<never> =>
  new Promise((_, reject) => {
    setTimeout(() => reject(new Error('No answer came.')), PATIENCE_MS).unref()
  })

const noList = (cause?: unknown) =>
  new WhatsAppError(
    'not-connected',
    'WhatsApp did not give the list of groups, because it is not connected. Nothing was changed. Try again once it is.',
    { cause },
  )
