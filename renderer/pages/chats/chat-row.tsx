import { memo, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Chat } from '../../../preload/contract/chats.ts'
import { addressOf, chatTitle, useKind } from '../../components/chat-name.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { Moment } from '../../components/time.tsx'
import { useNow } from '../../components/use-now.ts'
import { useFormat } from '../../i18n/format.ts'
import classes from './chats.module.css'

/** What all rows say their facts with: asked for once, because rows come and go in every frame while somebody scrolls. */
export function useRowWords() {
  const { t } = useTranslation()
  const kind = useKind()
  const format = useFormat()
  const now = useNow(60_000)
  return useMemo(() => ({ t, kind, format, now }), [t, kind, format, now])
}

interface Props {
  chat: Chat
  words: ReturnType<typeof useRowWords>
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

/** One chat of the list. Plain elements without a hook. */
export const ChatRow = memo(function ChatRow(props: Props) {
  const { chat, index, top, total, current, focusable, chosen, onOpen, onChoose } = props
  const { t, kind, format, now } = props.words
  // A bot that this program does not know answers nothing, whatever the file says.
  const on = chat.bots.filter((bot) => bot.enabled && bot.label !== null).length
  const last = chat.last_message
  const line = last ? (last.text ? oneLine(last.text, 90) : kind(last.kind)) : addressOf(chat.jid)
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
        <span className={classes.face} data-type={chat.type} />
      ) : (
        <span className={classes.tick} data-on={chosen || undefined} aria-hidden />
      )}
      <span className={classes.name} dir="auto">
        {name}
      </span>
      <span className={classes.when}>
        {chat.last_message_time !== null && (
          <Moment at={chat.last_message_time} words={format.brief(chat.last_message_time, now)} format={format} />
        )}
      </span>
      <span className={classes.words} dir="auto">
        {last?.from_me ? (
          <>
            {t('chats.you')} <bdi>{line}</bdi>
          </>
        ) : (
          line
        )}
      </span>
      {on > 0 && (
        <span className={classes.bots}>
          <span aria-label={t('chats.botsOn', { count: on })} role="img">
            {on}
          </span>
        </span>
      )}
    </div>
  )
})
