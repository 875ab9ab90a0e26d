import { Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Bot } from '../../../preload/contract/bots.ts'
import { useApi, useProgram } from '../../client/program.tsx'
import { ChatName } from '../../components/chat-name.tsx'
import { ChatPicker } from '../../components/chat-picker.tsx'
import { Section } from '../../components/page.tsx'
import { StateBadge } from '../../components/state-badge.tsx'
import { useAction } from '../../components/use-action.ts'
import classes from './bots.module.css'

export function BotChats({ bot }: { bot: Bot }) {
  const { t } = useTranslation()
  const { api, queries } = useProgram()
  const chats = useQuery(useApi().bots.chats.queryOptions({ input: { bot: bot.name } })).data ?? []
  const [jid, setJid] = useState<string | null>(null)
  const set = useAction(
    api.chats.setBot.mutationOptions({
      onSuccess: () => {
        setJid(null)
        void queries.invalidateQueries({ queryKey: api.bots.key() })
        void queries.invalidateQueries({ queryKey: api.chats.key() })
      },
    }),
  )
  return (
    <Section title={t('bots.chats')}>
      {chats.length === 0 && (
        <Text c="dimmed" mb="sm">
          {t('bots.chatsNone')}
        </Text>
      )}
      <ul className={classes.list}>
        {chats.map((chat) => (
          <li key={chat.jid}>
            <Link to="/chats/$jid" params={{ jid: chat.jid }}>
              <ChatName name={chat.name} jid={chat.jid} />
            </Link>
            <StateBadge tone={chat.enabled ? 'good' : 'idle'}>
              {t(chat.enabled ? 'bots.isOn' : 'bots.isOff')}
            </StateBadge>
          </li>
        ))}
      </ul>
      <Group align="flex-end">
        <ChatPicker label={t('bots.assign')} none={t('bots.assignNone')} value={jid} onChange={setJid} />
        <Button
          variant="default"
          disabled={!jid}
          loading={set.isPending}
          onClick={() => jid && set.mutate({ jid, bot: bot.name, enabled: true })}
        >
          {t('bots.assignDo')}
        </Button>
      </Group>
    </Section>
  )
}
