import { Button } from '@mantine/core'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { memo, useCallback, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Chat } from '../../../preload/contract/chats.ts'
import { type FilterSearch, readFilter } from '../../app/addresses.ts'
import { Empty, Failed } from '../../components/page.tsx'
import { ChatRows } from './chat-rows.tsx'
import { type FilterPatch, NO_FILTER } from './use-chat-filter.ts'
import { useChatWindow } from './use-chat-window.ts'
import type { Selection } from './use-selection.ts'

interface Props {
  filter: FilterSearch
  onFilter: (patch: FilterPatch) => void
  selection: Selection
  onHead: (chats: Chat[], total: number) => void
}

/** Not drawn again where the page around it merely learns how many there are. */
export const ChatList = memo(function ChatList({ filter, onFilter, selection, onHead }: Props) {
  const { t } = useTranslation()
  const open = useParams({ strict: false }).jid
  const navigate = useNavigate()
  const [pages, setPages] = useState({ from: 0, to: 0 })
  const onPages = useCallback(
    (from: number, to: number) => setPages((old) => (old.from === from && old.to === to ? old : { from, to })),
    [],
  )
  const view = useChatWindow(filter, pages.from, pages.to)
  useEffect(() => onHead(view.head, view.total), [onHead, view.head, view.total])

  const onOpen = useCallback(
    (chat: Chat) =>
      void navigate({
        to: '/chats/$jid',
        params: { jid: chat.jid },
        search: (old: Record<string, unknown>) => readFilter(old),
      }),
    [navigate],
  )
  if (view.error && view.head.length === 0) return <Failed error={view.error} onRetry={view.retry} />
  if (!view.waiting && view.total === 0) {
    const filtered = Object.keys(filter).length > 0
    return (
      <Empty text={t(filtered ? 'chats.noMatch' : 'chats.none')}>
        {filtered ? (
          <Button variant="default" onClick={() => onFilter({ query: undefined, ...NO_FILTER })}>
            {t('chats.clearAll')}
          </Button>
        ) : (
          <Button renderRoot={(props) => <Link to="/welcome" {...props} />}>{t('chats.link')}</Button>
        )}
      </Empty>
    )
  }
  return (
    <ChatRows
      view={view}
      filter={JSON.stringify(filter)}
      selection={selection}
      open={open}
      onOpen={onOpen}
      onPages={onPages}
    />
  )
})
