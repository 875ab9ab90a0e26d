import { Button, Skeleton } from '@mantine/core'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Chat } from '../../../preload/contract/chats.ts'
import { readFilter } from '../../app/addresses.ts'
import { Empty, Failed } from '../../components/page.tsx'
import { ChatRow } from './chat-row.tsx'
import classes from './chats.module.css'
import { useChatWindow } from './use-chat-window.ts'
import type { Selection } from './use-selection.ts'

const ROW = 56

export function ChatList({
  selection,
  onHead,
}: {
  selection: Selection
  onHead: (chats: Chat[], total: number) => void
}) {
  const { t } = useTranslation()
  const search = useSearch({ from: '/chats' })
  const open = useParams({ strict: false }).jid
  const navigate = useNavigate()
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(0)
  const [total, setTotal] = useState(0)
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    useFlushSync: false,
  })
  const items = virtual.getVirtualItems()
  const firstIndex = items[0]?.index ?? 0
  const lastIndex = items.at(-1)?.index ?? 0
  const view = useChatWindow(search, firstIndex, lastIndex)
  useEffect(() => setTotal(view.total), [view.total])
  useEffect(() => onHead(view.head, view.total), [onHead, view.head, view.total])

  // A new filter or order begins at its top.
  const filterKey = JSON.stringify({ ...search, message: undefined })
  const shownKey = useRef(filterKey)
  useEffect(() => {
    if (!view.settled || shownKey.current === filterKey) return
    shownKey.current = filterKey
    scroller.current?.scrollTo({ top: 0 })
    setActive(0)
  }, [filterKey, view.settled])

  const onOpen = useCallback(
    (chat: Chat) =>
      void navigate({
        to: '/chats/$jid',
        params: { jid: chat.jid },
        search: (old: Record<string, unknown>) => readFilter(old),
      }),
    [navigate],
  )
  const move = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 10,
      PageUp: -10,
      Home: -total,
      End: total,
    }
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = Math.min(total - 1, Math.max(0, active + step))
    setActive(next)
    virtual.scrollToIndex(next)
    requestAnimationFrame(() => document.getElementById(`chat-${next}`)?.focus({ preventScroll: true }))
  }

  if (view.error && view.head.length === 0) return <Failed error={view.error} onRetry={view.retry} />
  if (!view.waiting && view.total === 0) {
    const filtered = Object.keys(search).length > 0
    return (
      <Empty text={t(filtered ? 'chats.noMatch' : 'chats.none')}>
        {filtered ? (
          <Button variant="default" onClick={() => void navigate({ to: '/chats', search: {} })}>
            {t('action.reset')}
          </Button>
        ) : (
          <Button renderRoot={(props) => <Link to="/welcome" {...props} />}>{t('chats.link')}</Button>
        )}
      </Empty>
    )
  }
  // Exactly one row can be reached with Tab, also when the active one is scrolled out of sight.
  const tabbable = active >= firstIndex && active <= lastIndex ? active : firstIndex
  return (
    <div ref={scroller} className={classes.scroller} data-testid="chat-scroller">
      <div
        role="listbox"
        aria-label={t('chats.list')}
        aria-multiselectable={selection.active || undefined}
        aria-busy={view.waiting}
        className={classes.rows}
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={move}
      >
        {items.map((item) => {
          const chat = view.rows(item.index)
          return chat ? (
            <ChatRow
              key={chat.jid}
              chat={chat}
              index={item.index}
              top={item.start}
              total={total}
              current={open !== undefined && (chat.jid === open || chat.aliases.includes(open))}
              focusable={item.index === tabbable}
              chosen={selection.active ? selection.has(chat.jid) : undefined}
              onOpen={onOpen}
              onChoose={selection.toggle}
            />
          ) : (
            <div
              key={`wait-${item.index}`}
              role="presentation"
              className={classes.row}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Skeleton circle height={36} animate={false} />
              <Skeleton height={10} width="60%" animate={false} />
            </div>
          )
        })}
      </div>
      {view.waiting &&
        Array.from({ length: 9 }, (_, index) => `wait-${index}`).map((key) => (
          <Skeleton key={key} height={44} m={8} radius="md" />
        ))}
    </div>
  )
}
