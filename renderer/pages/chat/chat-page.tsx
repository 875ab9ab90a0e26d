import { ActionIcon, Text, Title, Tooltip, VisuallyHidden } from '@mantine/core'
import { IconArrowLeft, IconRobot } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Chat } from '../../../preload/contract/chats.ts'
import { useApi } from '../../client/program.tsx'
import { addressOf, ChatName, chatTitle } from '../../components/chat-name.tsx'
import { Failed, useTitle } from '../../components/page.tsx'
import { useBots } from '../../components/use-bots.ts'
import { useFormat } from '../../i18n/format.ts'
import { BotsPanel } from './bots-panel.tsx'
import classes from './chat.module.css'
import { ChatMenu } from './chat-menu.tsx'
import { ChatSearch } from './chat-search.tsx'
import { HistoryView } from './history-view.tsx'
import { JumpToDate } from './jump-to-date.tsx'
import { useHistory } from './use-history.ts'
import { useAlone, usePanel } from './use-panel.ts'

export function ChatPage() {
  const { t } = useTranslation()
  const { jid } = useParams({ from: '/chats/$jid' })
  const chat = useQuery(useApi().chats.get.queryOptions({ input: { jid } }))
  const alone = useAlone()
  if (chat.error && !chat.data)
    return (
      <>
        <VisuallyHidden>
          <Title order={alone ? 1 : 2}>{t('chats.title')}</Title>
        </VisuallyHidden>
        <Failed error={chat.error} onRetry={() => void chat.refetch()} />
      </>
    )
  return <OpenChat key={jid} jid={chat.data?.jid ?? jid} chat={chat.data} />
}

function OpenChat({ jid, chat }: { jid: string; chat: Chat | undefined }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { message } = useSearch({ from: '/chats/$jid' })
  const [start] = useState(message)
  const history = useHistory(jid, start)
  const bots = useBots().data ?? []
  const { panel, setPanel, kept } = usePanel()
  const alone = useAlone()
  useTitle(chat ? chatTitle(chat.name, jid) : t('chats.title'))
  const kind =
    chat?.type === 'group'
      ? chat.members === null
        ? t('chat.groupPlain')
        : t('chat.group', { count: chat.members })
      : chat && t(`chat.${chat.type}`)
  return (
    <div className={classes.chat} data-panel={panel || undefined}>
      <header className={classes.head}>
        <ActionIcon
          className={classes.back ?? ''}
          variant="subtle"
          aria-label={t('chat.back')}
          renderRoot={(props) => <Link to="/chats" search={true} {...props} />}
        >
          <IconArrowLeft size={20} aria-hidden />
        </ActionIcon>
        <div className={classes.titles}>
          <Title order={alone ? 1 : 2} size="h2">
            {/* A LID says nothing: until the chat is known, nothing is said. */}
            {chat || !jid.endsWith('@lid') ? <ChatName name={chat?.name ?? null} jid={jid} /> : '\u00a0'}
          </Title>
          <Text size="xs" c="dimmed">
            {[
              kind,
              chat && t('chat.stored', { count: chat.message_count, formatted: format.number(chat.message_count) }),
              chat?.name && chat.type !== 'group' && addressOf(jid),
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
        </div>
        <ChatSearch jid={jid} onFound={(id) => void history.toMessage(id)} />
        <JumpToDate onPick={history.toTime} />
        <Tooltip label={t(panel ? 'chat.hideBots' : 'chat.showBots')}>
          <ActionIcon
            variant={panel ? 'light' : 'subtle'}
            aria-label={t(panel ? 'chat.hideBots' : 'chat.showBots')}
            aria-expanded={panel}
            onClick={() => setPanel(!panel)}
          >
            <IconRobot size={20} aria-hidden />
          </ActionIcon>
        </Tooltip>
        {chat && <ChatMenu chat={chat} />}
      </header>
      <HistoryView history={history} bots={bots} group={chat?.type === 'group'} />
      {kept && chat && <BotsPanel chat={chat} bots={bots} hidden={!panel} />}
    </div>
  )
}
