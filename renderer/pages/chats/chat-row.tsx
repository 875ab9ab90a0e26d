import { IconRobot, IconUser, IconUsers } from '@tabler/icons-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Chat } from '../../../preload/contract/chats.ts'
import { addressOf, chatTitle, useKind } from '../../components/chat-name.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { Time } from '../../components/time.tsx'
import classes from './chats.module.css'

interface Props {
  chat: Chat
  index: number
  top: number
  total: number
  current: boolean
  focusable: boolean
  /** Undefined: nothing is being selected. */
  chosen: boolean | undefined
  onOpen: (chat: Chat) => void
  onChoose: (chat: Chat) => void
}

/** One chat of the list. Plain elements: hundreds of these come and go while somebody scrolls. */
export const ChatRow = memo(function ChatRow(props: Props) {
  const { chat, index, top, total, current, focusable, chosen, onOpen, onChoose } = props
  const { t } = useTranslation()
  const kind = useKind()
  const on = chat.bots.filter((bot) => bot.enabled).length
  const last = chat.last_message
  const words = last ? (last.text ? oneLine(last.text, 90) : kind(last.kind)) : addressOf(chat.jid)
  const Icon = chat.type === 'group' ? IconUsers : IconUser
  const name = chatTitle(chat.name, chat.jid)
  return (
    <div
      id={`chat-${index}`}
      role="option"
      aria-selected={chosen ?? current}
      aria-posinset={index + 1}
      aria-setsize={total}
      tabIndex={focusable ? 0 : -1}
      data-index={index}
      data-current={current || undefined}
      data-chosen={chosen || undefined}
      className={classes.row}
      style={{ top }}
      onClick={(event) => (chosen !== undefined || event.ctrlKey || event.metaKey ? onChoose(chat) : onOpen(chat))}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onOpen(chat)
        if (event.key === ' ' || event.key === 'x') {
          event.preventDefault()
          onChoose(chat)
        }
      }}
    >
      {chosen === undefined ? (
        <span className={classes.face} data-type={chat.type}>
          <Icon size={20} stroke={1.5} aria-hidden />
        </span>
      ) : (
        <span className={classes.tick} data-on={chosen || undefined} aria-hidden />
      )}
      <span className={classes.name} dir="auto">
        {name}
      </span>
      <span className={classes.when}>
        {chat.last_message_time !== null && <Time at={chat.last_message_time} brief />}
      </span>
      <span className={classes.words} dir="auto">
        {last?.from_me ? t('chats.you', { text: words }) : words}
      </span>
      <span className={classes.bots}>
        {on > 0 && (
          <>
            <IconRobot size={14} aria-hidden />
            <span aria-label={t('chats.botsOn', { count: on })} role="img">
              {on}
            </span>
          </>
        )}
      </span>
    </div>
  )
})
