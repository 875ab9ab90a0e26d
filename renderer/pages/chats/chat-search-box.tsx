import { CloseButton, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { memo, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FilterPatch } from './use-chat-filter.ts'

/** Between two questions while somebody types without a pause. */
const PACE_MS = 80

interface Props {
  query: string | undefined
  onChange: (patch: FilterPatch) => void
}

/** A letter is answered at once, a burst of them together. */
export const ChatSearchBox = memo(function ChatSearchBox({ query, onChange }: Props) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(query ?? '')
  const asked = useRef({ query, at: 0 })
  const timer = useRef<number>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  useEffect(() => {
    if (query === asked.current.query) return
    // Another place changed it: a button that shows all, or the way back.
    clearTimeout(timer.current)
    asked.current.query = query
    setTyped(query ?? '')
  }, [query])
  const type = (text: string) => {
    setTyped(text)
    clearTimeout(timer.current)
    const wanted = text.trim() || undefined
    if (wanted === asked.current.query) return
    const ask = () => {
      asked.current = { query: wanted, at: performance.now() }
      onChange({ query: wanted })
    }
    const wait = asked.current.at + PACE_MS - performance.now()
    if (wait <= 0) ask()
    else timer.current = window.setTimeout(ask, wait)
  }
  return (
    <TextInput
      flex={1}
      type="search"
      aria-label={t('chats.search')}
      placeholder={t('chats.searchHint')}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={typed && <CloseButton size="sm" aria-label={t('action.clear')} onClick={() => type('')} />}
      value={typed}
      maxLength={200}
      onChange={(event) => type(event.currentTarget.value)}
      data-page-search
    />
  )
})
