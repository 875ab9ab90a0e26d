import { Skeleton } from '@mantine/core'
import { type Range, useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Chat } from '../../../preload/contract/chats.ts'
import { ChatRow, useRowWords } from './chat-row.tsx'
import classes from './chats.module.css'
import { endOf, pageOf, type useChatWindow } from './use-chat-window.ts'
import type { Selection } from './use-selection.ts'

const ROW = 56
/** Rows beyond what is in sight: every one of them costs each frame a little, so most lie where the list is scrolled to. */
const AHEAD = 6
const BEHIND = 2

interface Props {
  view: ReturnType<typeof useChatWindow>
  /** What the list shows: another one begins at its top. */
  filter: string
  selection: Selection
  open: string | undefined
  onOpen: (chat: Chat) => void
  /** Which pages of the list are in sight. */
  onPages: (from: number, to: number) => void
}

const isOpen = (chat: Chat | undefined, open: string | undefined): boolean =>
  chat !== undefined && open !== undefined && (chat.jid === open || chat.aliases.includes(open))

/** The part of the list that follows the scroll position, and nothing else: it draws anew at every second frame. */
export function ChatRows({ view, filter, selection, open, onOpen, onPages }: Props) {
  const { t } = useTranslation()
  const words = useRowWords()
  const { total } = view
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(0)
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    rangeExtractor: useAhead(),
    useFlushSync: false,
  })
  const items = virtual.getVirtualItems()
  const firstIndex = items[0]?.index ?? 0
  const lastIndex = items.at(-1)?.index ?? 0
  const from = pageOf(firstIndex)
  const to = pageOf(lastIndex)
  useEffect(() => onPages(from, to), [onPages, from, to])

  const shown = useRef(filter)
  useEffect(() => {
    if (!view.settled || shown.current === filter) return
    shown.current = filter
    // Also where it is there already, scrolling would lay out the page at once, and then once more.
    if (virtual.scrollOffset !== 0) scroller.current?.scrollTo({ top: 0 })
    setActive(0)
  }, [filter, view.settled, virtual])

  // The open chat stands in sight, whoever opened it. Looked for once, among what is there: nobody who scrolls is pulled back.
  const revealed = useRef<string>(undefined)
  const { rows, settled } = view
  useEffect(() => {
    if (!settled || open === undefined || revealed.current === open) return
    revealed.current = open
    for (let index = 0; index < Math.min(total, endOf(to)); index++) {
      if (!isOpen(rows(index), open)) continue
      setActive(index)
      virtual.scrollToIndex(index, { align: 'auto' })
      return
    }
  }, [open, settled, rows, total, to, virtual])

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
  // Exactly one row can be reached with Tab, also when the active one is scrolled out of sight.
  const tabbable = active >= firstIndex && active <= lastIndex ? active : firstIndex
  return (
    <div ref={scroller} className={classes.scroller} data-testid="chat-scroller">
      <div
        role="listbox"
        aria-label={t('chats.list')}
        aria-multiselectable={selection.active || undefined}
        aria-busy={!view.settled}
        data-filter={filter}
        className={classes.rows}
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={move}
      >
        {items.map((item) => {
          const chat = view.rows(item.index)
          return chat ? (
            <ChatRow
              // By its place: another filter's chats are written into the rows that are there.
              key={item.index}
              chat={chat}
              words={words}
              index={item.index}
              top={item.start}
              total={total}
              current={isOpen(chat, open)}
              focusable={item.index === tabbable}
              chosen={selection.active ? selection.has(chat.jid) : undefined}
              onOpen={onOpen}
              onChoose={selection.toggle}
            />
          ) : (
            <div key={item.index} role="presentation" className={classes.row} style={{ top: item.start }}>
              <span className={classes.face} />
              <span className={classes.unknown} />
            </div>
          )
        })}
      </div>
      {view.waiting && (
        <div className={classes.waiting}>
          {Array.from({ length: Math.ceil(window.innerHeight / ROW) }, (_, index) => `wait-${index}`).map((key) => (
            <Skeleton key={key} radius="md" />
          ))}
        </div>
      )}
    </div>
  )
}

/** The indexes of the rows to draw. */
function useAhead() {
  const last = useRef(0)
  return useCallback(({ startIndex, endIndex, count }: Range) => {
    const isDown = startIndex >= last.current
    last.current = startIndex
    const from = Math.max(0, startIndex - (isDown ? BEHIND : AHEAD))
    const to = Math.min(count - 1, endIndex + (isDown ? AHEAD : BEHIND))
    return Array.from({ length: to - from + 1 }, (_, index) => from + index)
  }, [])
}
