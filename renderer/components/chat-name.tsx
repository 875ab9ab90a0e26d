import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { oneLine } from './plain-text.ts'

/** A chat's name, or its number where it has none. Other people chose it: it is isolated from the text around it. */
export function ChatName({ name, jid }: { name: string | null; jid: string }) {
  return <bdi dir="auto">{chatTitle(name, jid)}</bdi>
}

export function chatTitle(name: string | null, jid: string): string {
  const title = name ? oneLine(name, 120) : ''
  return title || addressOf(jid)
}

/** "+5511999990001" for a phone number, what stands before the @ for all else. */
export function addressOf(jid: string): string {
  const [user = jid, server] = jid.split('@')
  return server === 's.whatsapp.net' || server === 'c.us' ? `+${user}` : user
}

/** A placeholder's words for what is not text. */
export function useKind() {
  const { t, i18n } = useTranslation()
  return useCallback(
    (kind: string) => (i18n.exists(`kind.${kind}`) ? t(`kind.${kind}` as 'kind.other') : t('kind.other')),
    [t, i18n],
  )
}
