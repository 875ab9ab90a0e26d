import { ActionIcon, Title, Tooltip } from '@mantine/core'
import { IconChecklist, IconPlus, IconRefresh } from '@tabler/icons-react'
import { Outlet, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Chat } from '../../../preload/contract/chats.ts'
import { useApi } from '../../client/program.tsx'
import { Empty, useTitle } from '../../components/page.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'
import { useFormat } from '../../i18n/format.ts'
import { ChatList } from './chat-list.tsx'
import { ChatSearchBar } from './chat-search-bar.tsx'
import classes from './chats.module.css'
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
  const sync = useAction(
    useApi().chats.sync.mutationOptions({
      onSuccess: ({ groups, chats }) =>
        tell.done(
          t('chats.synced', {
            groups: t('chats.groups', { count: groups, formatted: format.number(groups) }),
            chats: t('chats.count', { count: chats, formatted: format.number(chats) }),
          }),
        ),
    }),
  )
  useTitle(t('chats.title'))
  return (
    <div className={classes.split} data-open={open || undefined}>
      <div className={classes.master}>
        <div className={classes.head}>
          <div className={classes.line}>
            <Title order={1}>{t('chats.title')}</Title>
            <Tooltip label={t('chats.selectMode')}>
              <ActionIcon
                variant={selection.active ? 'light' : 'subtle'}
                aria-label={t('chats.selectMode')}
                aria-pressed={selection.active}
                onClick={() => (selection.active ? selection.stop() : selection.start())}
              >
                <IconChecklist size={20} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={t('chats.syncLabel')}>
              <ActionIcon
                variant="subtle"
                aria-label={t('chats.syncLabel')}
                loading={sync.isPending}
                onClick={() => sync.mutate({})}
              >
                <IconRefresh size={20} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={t('chats.add')}>
              <ActionIcon variant="subtle" aria-label={t('chats.add')} onClick={() => setAdding(true)}>
                <IconPlus size={20} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </div>
          <ChatSearchBar />
        </div>
        <ChatList selection={selection} onHead={onHead} />
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
