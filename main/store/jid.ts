/** The address without device and agent (`5511999990001:7@s.whatsapp.net`), in the one form that we keep. */
export function plainJid(jid: string): string {
  const at = jid.lastIndexOf('@')
  if (at < 0) return jid
  const user = jid.slice(0, at).split(':', 1)[0]?.split('_', 1)[0] ?? ''
  const server = jid.slice(at + 1)
  return `${user}@${server === 'c.us' ? 's.whatsapp.net' : server === 'hosted' ? 's.whatsapp.net' : server === 'hosted.lid' ? 'lid' : server}`
}

export const isLid = (jid: string): boolean => jid.endsWith('@lid')
export const isPhone = (jid: string): boolean => jid.endsWith('@s.whatsapp.net')
export const isGroup = (jid: string): boolean => jid.endsWith('@g.us')

export function chatType(jid: string): 'direct' | 'group' | 'other' {
  if (isGroup(jid)) return 'group'
  return isLid(jid) || isPhone(jid) ? 'direct' : 'other'
}

/** Small letters without accents, so that "Jose" finds "José". */
export const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
