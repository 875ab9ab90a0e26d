import { ActionIcon, Menu, Modal, Stack, Text } from '@mantine/core'
import { IconActivity, IconDotsVertical, IconFileExport, IconInfoCircle, IconTrash } from '@tabler/icons-react'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExportFormat } from '../../../preload/contract/backups.ts'
import type { Chat } from '../../../preload/contract/chats.ts'
import { useProgram } from '../../client/program.tsx'
import { addressOf, chatTitle } from '../../components/chat-name.tsx'
import { useConfirm } from '../../components/confirm.tsx'
import { Facts } from '../../components/facts.tsx'
import { useTell } from '../../components/tell.tsx'
import { Time } from '../../components/time.tsx'
import { useAction } from '../../components/use-action.ts'
import { useExport } from '../../components/use-export.ts'
import { useFormat } from '../../i18n/format.ts'

const FORMATS: ExportFormat[] = ['html', 'txt', 'json', 'csv']

export function ChatMenu({ chat }: { chat: Chat }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { api, queries } = useProgram()
  const navigate = useNavigate()
  const confirm = useConfirm()
  const tell = useTell()
  const save = useExport()
  const [about, setAbout] = useState(false)
  const remove = useAction(
    api.chats.remove.mutationOptions({
      onSuccess: async () => {
        await navigate({ to: '/chats', search: true })
        void queries.invalidateQueries({ queryKey: api.chats.key() })
        tell.done(t('chat.deleted'))
      },
    }),
  )
  const ask = async () => {
    const sure = await confirm({
      title: t('chat.deleteTitle', { name: chatTitle(chat.name, chat.jid) }),
      body: t('chat.deleteText', { count: chat.message_count, formatted: format.number(chat.message_count) }),
      confirm: t('chat.deleteConfirm'),
    })
    if (sure) remove.mutate({ jid: chat.jid })
  }
  const when = (at: number | null) => (at === null ? t('chat.never') : <Time at={at} />)
  return (
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            aria-label={t('chat.more')}
            loading={remove.isPending && remove.variables.jid === chat.jid}
          >
            <IconDotsVertical size={20} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconInfoCircle size={16} aria-hidden />} onClick={() => setAbout(true)}>
            {t('chat.details')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconActivity size={16} aria-hidden />}
            renderRoot={(props) => <Link to="/activity" search={{ jid: chat.jid }} {...props} />}
          >
            {t('chat.activity')}
          </Menu.Item>
          {FORMATS.map((kind) => (
            <Menu.Item
              key={kind}
              leftSection={<IconFileExport size={16} aria-hidden />}
              onClick={() => void save(kind, chat.jid)}
            >
              {t('chat.exportAs', { format: kind.toUpperCase() })}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item
            color="var(--w-danger)"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => void ask()}
          >
            {t('chat.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={about}
        onClose={() => setAbout(false)}
        title={t('chat.details')}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <Stack>
          <Text fw={600}>
            <bdi dir="auto">{chatTitle(chat.name, chat.jid)}</bdi>
          </Text>
          <Facts
            facts={[
              [t('chat.number'), addressOf(chat.jid)],
              [t('chat.address'), chat.jid],
              [t('chat.aliases'), chat.aliases.filter((alias) => alias !== chat.jid).join(', ')],
              [t('chat.source'), t(chat.is_manual ? 'chat.manual' : 'chat.syncedSource')],
              [t('chat.lastMessage'), when(chat.last_message_time)],
              [t('chat.lastSynced'), when(chat.last_synced)],
              [t('chat.added'), when(chat.added_at)],
            ]}
          />
        </Stack>
      </Modal>
    </>
  )
}
