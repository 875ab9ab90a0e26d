import { ActionIcon, Text, Title, Tooltip } from '@mantine/core'
import { IconArrowLeft, IconRobot } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type RefObject, useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { Chat } from '../../../preload/contract/chats.ts'
import { addressOf, ChatName, chatTitle } from '../../components/chat-name.tsx'
import { useTitle } from '../../components/page.tsx'
import { useFormat } from '../../i18n/format.ts'
import classes from './chat.module.css'
import { ChatMenu } from './chat-menu.tsx'
import { ChatSearch } from './chat-search.tsx'
import { JumpToDate } from './jump-to-date.tsx'
import type { Jumps } from './use-history.ts'
import { useAlone } from './use-panel.ts'

interface Props {
  jid: string
  /** Undefined: not known yet. */
  chat: Chat | undefined
  jumps: RefObject<Jumps | null>
  panel: boolean
  onPanel: (open: boolean) => void
}

/** Whose chat it is, and what can be done with it. */
export function ChatHead({ jid, chat, jumps, panel, onPanel }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const alone = useAlone()
  useTitle(chat ? chatTitle(chat.name, jid) : t('chats.title'))
  const toMessage = useCallback((id: number) => void jumps.current?.toMessage(id), [jumps])
  const toTime = useCallback(async (from: number) => (await jumps.current?.toTime(from)) ?? false, [jumps])
  const kind =
    chat?.type === 'group'
      ? chat.members === null
        ? t('chat.groupPlain')
        : t('chat.group', { count: chat.members })
      : chat && t(`chat.${chat.type}`)
  return (
    <header className={classes.head}>
      <BackToChats />
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
            .join(' · ') || '\u00a0'}
        </Text>
      </div>
      <ChatSearch jid={jid} onFound={toMessage} />
      <JumpToDate onPick={toTime} />
      <Tooltip label={t(panel ? 'chat.hideBots' : 'chat.showBots')}>
        <ActionIcon
          variant={panel ? 'light' : 'subtle'}
          aria-label={t(panel ? 'chat.hideBots' : 'chat.showBots')}
          aria-expanded={panel}
          onClick={() => onPanel(!panel)}
        >
          <IconRobot size={20} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <span className={classes.menu}>{chat && <ChatMenu chat={chat} />}</span>
    </header>
  )
}

/** Where the list and the chat take turns. */
export function BackToChats() {
  const { t } = useTranslation()
  return (
    <ActionIcon
      className={classes.back ?? ''}
      variant="subtle"
      aria-label={t('chat.back')}
      renderRoot={(props) => <Link to="/chats" search={true} {...props} />}
    >
      <IconArrowLeft size={20} aria-hidden />
    </ActionIcon>
  )
}
