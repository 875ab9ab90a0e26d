import { Title, VisuallyHidden } from '@mantine/core'
import { Navigate, useParams, useSearch } from '@tanstack/react-router'
import { type Ref, useImperativeHandle, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Bot } from '../../../preload/contract/bots.ts'
import { Failed } from '../../components/page.tsx'
import { useBots } from '../../components/use-bots.ts'
import { BotsPanel } from './bots-panel.tsx'
import classes from './chat.module.css'
import { BackToChats, ChatHead } from './chat-head.tsx'
import { HistoryView } from './history-view.tsx'
import { useChat } from './use-chat.ts'
import { type Jumps, useHistory } from './use-history.ts'
import { useAlone, usePanel } from './use-panel.ts'

/** One chat: its head and its bots stay while one follows another, for building them anew is most of the work of a change; what is said in it does not. */
export function ChatPage() {
  const { t } = useTranslation()
  const { jid } = useParams({ from: '/chats/$jid' })
  const chat = useChat(jid)
  const bots = useBots().data ?? none
  const { panel, setPanel, kept } = usePanel()
  const alone = useAlone()
  const jumps = useRef<Jumps>(null)
  if (chat.error && !chat.data)
    return (
      <>
        <VisuallyHidden>
          <Title order={alone ? 1 : 2}>{t('chats.title')}</Title>
        </VisuallyHidden>
        {alone && (
          <header className={classes.head}>
            <BackToChats />
          </header>
        )}
        <Failed error={chat.error} onRetry={() => void chat.refetch()} />
      </>
    )
  // Changes are told under the one address that the program knows it by.
  if (chat.data && chat.data.jid !== jid)
    return <Navigate to="/chats/$jid" params={{ jid: chat.data.jid }} search={true} replace />
  return (
    <div className={classes.chat} data-panel={panel || undefined}>
      <ChatHead jid={jid} chat={chat.data} jumps={jumps} panel={panel} onPanel={setPanel} />
      <Conversation key={jid} jid={jid} group={chat.data?.type === 'group'} bots={bots} jumps={jumps} />
      {kept && chat.data && <BotsPanel chat={chat.data} bots={bots} hidden={!panel} />}
    </div>
  )
}
const none: Bot[] = []

interface ConversationProps {
  jid: string
  group: boolean
  bots: Bot[]
  jumps: Ref<Jumps>
}

function Conversation({ jid, group, bots, jumps }: ConversationProps) {
  const { message } = useSearch({ from: '/chats/$jid' })
  const [start] = useState(message)
  const history = useHistory(jid, start)
  const { toMessage, toTime } = history
  useImperativeHandle(jumps, () => ({ toMessage, toTime }), [toMessage, toTime])
  return <HistoryView jid={jid} history={history} bots={bots} group={group} />
}
