import { Outlet, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Chat } from '../../../preload/contract/chats.ts'
import { Empty, useTitle } from '../../components/page.tsx'
import { useTell } from '../../components/tell.tsx'
import { useFormat } from '../../i18n/format.ts'
import { ChatList } from './chat-list.tsx'
import { ChatSearchBox } from './chat-search-box.tsx'
import classes from './chats.module.css'
import { ChatsHead } from './chats-head.tsx'
import { FilterMenu } from './filter-menu.tsx'
import { useChatFilter } from './use-chat-filter.ts'
import { useSelection } from './use-selection.ts'

const AddChat = lazy(() => import('./add-chat.tsx'))
const BulkBar = lazy(() => import('./bulk-bar.tsx'))

/** Master and detail; on a narrow window they take turns. */
export function ChatsPage() {
  const { t } = useTranslation()
  const format = useFormat()
  const tell = useTell()
  const open = useParams({ strict: false }).jid !== undefined
  const [adding, setAdding] = useState(false)
  const [shown, setShown] = useState<{ head: Chat[]; total: number }>({ head: [], total: 0 })
  const selection = useSelection(useCallback(() => tell.done(t('chats.tooMany')), [tell, t]))
  const onHead = useCallback((head: Chat[], total: number) => setShown({ head, total }), [])
  const { filter, change } = useChatFilter()
  const { query, ...others } = filter
  // The field first, and the question on its way; the list is told beside that.
  const listed = useDeferredValue(filter)
  useTitle(t('chats.title'))
  return (
    <div className={classes.split} data-open={open || undefined}>
      <div className={classes.master}>
        <div className={classes.head}>
          <ChatsHead selection={selection} onAdd={useCallback(() => setAdding(true), [])} />
          <div className={classes.line}>
            <ChatSearchBox query={query} onChange={change} />
            <FilterMenu {...others} onChange={change} />
          </div>
        </div>
        <ChatList filter={listed} onFilter={change} selection={selection} onHead={onHead} />
        <Suspense>{selection.active && <BulkBar selection={selection} {...shown} />}</Suspense>
        <div className={classes.foot} role="status">
          {shown.total > 0 && t('chats.count', { count: shown.total, formatted: format.number(shown.total) })}
        </div>
        <Suspense>{adding && <AddChat onClose={() => setAdding(false)} />}</Suspense>
      </div>
      <div className={classes.detail}>{open ? <Outlet /> : shown.total > 0 && <Empty text={t('chats.choose')} />}</div>
    </div>
  )
}
