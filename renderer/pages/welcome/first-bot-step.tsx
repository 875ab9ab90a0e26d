import { Button, Group, Select, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi, useProgram } from '../../client/program.tsx'
import { chatTitle } from '../../components/chat-name.tsx'
import { ChatPicker } from '../../components/chat-picker.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'

export function FirstBotStep({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation()
  const { api, queries } = useProgram()
  const tell = useTell()
  const bots = useQuery(useApi().bots.list.queryOptions()).data ?? []
  const total = useQuery(api.chats.count.queryOptions({ input: {} })).data?.total
  const [bot, setBot] = useState<string | null>('translation')
  const [jid, setJid] = useState<string | null>(null)
  const chat = useQuery(api.chats.get.queryOptions({ input: { jid: jid ?? '' }, enabled: jid !== null })).data
  const set = useAction(api.chats.setBot.mutationOptions())
  const switchOn = () => {
    if (!bot || !jid) return
    set.mutate(
      { jid, bot, enabled: true },
      {
        onSuccess: (assignment) => {
          void queries.invalidateQueries({ queryKey: api.chats.key() })
          tell.done(t('welcome.finished', { bot: assignment.label ?? bot, chat: chatTitle(chat?.name ?? null, jid) }))
          onDone()
        },
      },
    )
  }
  const description = bots.find((candidate) => candidate.name === bot)?.description
  return (
    <Stack maw={520}>
      <Title order={2}>{t('welcome.firstBot')}</Title>
      <Text>{t('welcome.firstBotText')}</Text>
      <Select
        label={t('welcome.bot')}
        description={description}
        data={bots.map(({ name, label }) => ({ value: name, label }))}
        value={bot}
        onChange={setBot}
      />
      {total === 0 ? (
        <Text c="dimmed">{t('welcome.noChats')}</Text>
      ) : (
        <ChatPicker label={t('welcome.chat')} none={t('welcome.chatNone')} value={jid} onChange={setJid} />
      )}
      <Group>
        <Button disabled={!bot || !jid} loading={set.isPending} onClick={switchOn}>
          {t('welcome.switchOn')}
        </Button>
      </Group>
    </Stack>
  )
}
