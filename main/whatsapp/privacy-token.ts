import { isLidUser, isPnUser, type WASocket } from '@whiskeysockets/baileys'
import {
  buildMergedTcTokenIndexWrite,
  resolveIssuanceJid,
  resolveTcTokenJid,
  shouldSendNewTcToken,
  storeTcTokensFromIqResult,
} from '@whiskeysockets/baileys/lib/Utils/tc-token-utils.js'

/**
 * Gives a contact our privacy token once per 7-day bucket, as WhatsApp Web does. Baileys does it after every single send
 * and loses the result: it writes into a key transaction that has ended. So the bucket is marked before the send, which
 * keeps Baileys from issuing one, and the token is issued here. Returns what to do once the message has left.
 */
export async function preparePrivacyToken(sock: WASocket, jid: string, seconds: number): Promise<() => Promise<void>> {
  const nothing = () => Promise.resolve()
  if (!isLidUser(jid) && !isPnUser(jid)) return nothing
  const { keys } = sock.authState
  const { lidMapping } = sock.signalRepository
  const getLIDForPN = lidMapping.getLIDForPN.bind(lidMapping)
  const getPNForLID = lidMapping.getPNForLID.bind(lidMapping)
  const storageJid = await resolveTcTokenJid(jid, getLIDForPN)
  const before = (await keys.get('tctoken', [storageJid]))[storageJid]
  if (!shouldSendNewTcToken(before?.senderTimestamp)) return nothing
  const index = await buildMergedTcTokenIndexWrite(keys, [storageJid])
  const marked = { token: Buffer.alloc(0), ...before, senderTimestamp: seconds }
  await keys.set({ tctoken: { [storageJid]: marked, ...index } })
  return async () => {
    try {
      const issueTo = await resolveIssuanceJid(
        jid,
        sock.serverProps.lidTrustedTokenIssueToLid,
        getLIDForPN,
        getPNForLID,
      )
      const result = await sock.issuePrivacyTokens([issueTo], seconds)
      await storeTcTokensFromIqResult({ result, fallbackJid: storageJid, keys, getLIDForPN })
    } catch (error) {
      // Not issued after all: the next message to this contact tries again.
      const current = (await keys.get('tctoken', [storageJid]))[storageJid]
      const { senderTimestamp: _dropped, ...rest } = current ?? { token: Buffer.alloc(0) }
      const undone = before?.senderTimestamp === undefined ? rest : { ...rest, senderTimestamp: before.senderTimestamp }
      await keys.set({ tctoken: { [storageJid]: undone } })
      throw error
    }
  }
}
