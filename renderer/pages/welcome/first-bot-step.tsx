import { Button, Group, Select, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProgram } from '../../client/program.tsx'
import { chatTitle } from '../../components/chat-name.tsx'
import { ChatPicker } from '../../components/chat-picker.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'
import { useBots } from '../../components/use-bots.ts'

export function FirstBotStep({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation()
  const { api, queries } = useProgram()
  const tell = useTell()
  const bots = useBots().data ?? []
  const total = useQuery(api.chats.list.queryOptions({ input: { limit: 1 } })).data?.total
  const [bot, setBot] = useState<string | null>('translation')
  const [jid, setJid] = useState<string | null>(null)
  const chat = useQuery(api.chats.get.queryOptions({ input: { jid: jid ?? '' }, enabled: jid !== null })).data
  const set = useAction(api.chats.setBot.mutationOptions())
  const chosen = bots.find((candidate) => candidate.name === bot)
  const switchOn = () => {
    if (!bot || !jid) return
    set.mutate(
      { jid, bot, enabled: true },
      {
        onSuccess: () => {
          void queries.invalidateQueries({ queryKey: api.chats.key() })
          tell.done(t('welcome.finished', { bot: chosen?.label ?? bot, chat: chatTitle(chat?.name ?? null, jid) }))
          onDone()
        },
      },
    )
  }
  return (
    <Stack maw={520}>
      <Title order={2}>{t('welcome.firstBot')}</Title>
      <Text>{t('welcome.firstBotText')}</Text>
      <Select
        label={t('welcome.bot')}
        description={chosen?.description}
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
