import { Checkbox, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FileChat } from '../../../preload/contract/restore.ts'
import { useApi } from '../../client/program.tsx'
import { ChatName } from '../../components/chat-name.tsx'
import { Failed, Waiting } from '../../components/page.tsx'
import { useFormat } from '../../i18n/format.ts'
import classes from './backups.module.css'

interface Props {
  upload: string
  chosen: readonly FileChat[]
  onChange: (chosen: FileChat[]) => void
}

/** The chats of the file, to choose some of: those that match what is typed, newest first, and always those that are chosen. */
export function FileChats({ upload, chosen, onChange }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const [typed, setTyped] = useState('')
  const query = useDeferredValue(typed.trim())
  const found = useQuery(
    useApi().restore.chats.queryOptions({
      input: { upload, limit: 100, ...(query && { query }) },
      placeholderData: keepPreviousData,
    }),
  )
  const ids = new Set(chosen.map(({ jid }) => jid))
  const matching = found.data?.chats ?? []
  const shown = [...chosen, ...matching.filter(({ jid }) => !ids.has(jid))]
  const toggle = (chat: FileChat) =>
    onChange(ids.has(chat.jid) ? chosen.filter(({ jid }) => jid !== chat.jid) : [...chosen, chat])
  return (
    <Stack gap={8} maw={560}>
      <TextInput
        label={t('backups.restorePage.findChat')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {found.isPending && <Waiting rows={3} />}
      {found.error && !found.data && <Failed error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && (
        <>
          <fieldset className={classes.chats} aria-label={t('backups.restorePage.chatsOfFile')}>
            {shown.map((chat) => (
              <Checkbox
                key={chat.jid}
                checked={ids.has(chat.jid)}
                onChange={() => toggle(chat)}
                label={<ChatName name={chat.name} jid={chat.jid} />}
                description={[
                  t('backups.restorePage.chatMessages', {
                    count: chat.messages,
                    formatted: format.number(chat.messages),
                  }),
                  ...chat.bots,
                ].join(' · ')}
              />
            ))}
            {shown.length === 0 && <Text c="dimmed">{t('backups.restorePage.noChatFound')}</Text>}
          </fieldset>
          <Group justify="space-between">
            <Text size="sm" c="dimmed" role="status">
              {t('backups.restorePage.chosen', { count: chosen.length })}
            </Text>
            <Text size="sm" c="dimmed">
              {t('backups.restorePage.chatsOf', {
                shown: format.number(matching.length),
                total: format.number(found.data.total),
              })}
            </Text>
          </Group>
        </>
      )}
    </Stack>
  )
}
