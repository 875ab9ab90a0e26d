import { Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { RestorePreview } from '../../../preload/contract/restore.ts'
import { ChatName } from '../../components/chat-name.tsx'
import { Section } from '../../components/page.tsx'
import { ScrollBox } from '../../components/scroll-box.tsx'
import { useFormat } from '../../i18n/format.ts'
import classes from './backups.module.css'

interface Line {
  key: string
  name: ReactNode
  in_file: number
  here: number
  gained: number
  lost: number
  /** Only of tables. */
  changed?: number
}

/** Two columns, "in the file" and "here today", with what is gained and lost: per table, and per chat by size of change. */
export function PreviewTables({ preview }: { preview: RestorePreview }) {
  const { t, i18n } = useTranslation()
  const format = useFormat()
  const title = (table: string) =>
    i18n.exists(`backups.restorePage.names.${table}`)
      ? t(`backups.restorePage.names.${table}` as 'backups.restorePage.names.chats')
      : table
  const chats = [...preview.chats].sort((a, b) => b.gained + b.lost - (a.gained + a.lost))
  return (
    <>
      <Section title={t('backups.restorePage.tables')}>
        <Lines lines={preview.tables.map((line) => ({ ...line, key: line.table, name: title(line.table) }))} />
      </Section>
      {chats.length > 0 && (
        <Section
          title={t('backups.restorePage.chats')}
          aside={
            <Text size="sm" c="dimmed">
              {t('backups.restorePage.chatsOf', {
                shown: format.number(chats.length),
                total: format.number(preview.chats_total),
              })}
            </Text>
          }
        >
          <Lines
            lines={chats.map((chat) => ({
              ...chat,
              key: chat.jid,
              name: <ChatName name={chat.name} jid={chat.jid} />,
            }))}
          />
        </Section>
      )}
    </>
  )
}

const COLUMNS = ['table', 'inFile', 'here', 'gained', 'lost', 'changed'] as const

function Lines({ lines }: { lines: Line[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const withChanged = lines.some(({ changed }) => changed !== undefined)
  return (
    <ScrollBox label={t('backups.restorePage.tables')}>
      <Table verticalSpacing={8}>
        <Table.Thead>
          <Table.Tr>
            {COLUMNS.filter((key) => key !== 'changed' || withChanged).map((key) => (
              <Table.Th key={key} ta={key === 'table' ? 'start' : 'end'}>
                {t(`backups.restorePage.${key}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((line) => (
            <Table.Tr key={line.key}>
              <Table.Td>{line.name}</Table.Td>
              <Table.Td ta="end">{format.number(line.in_file)}</Table.Td>
              <Table.Td ta="end">{format.number(line.here)}</Table.Td>
              <Table.Td ta="end" className={line.gained > 0 ? (classes.gain ?? '') : ''}>
                {line.gained > 0 ? `+${format.number(line.gained)}` : '0'}
              </Table.Td>
              <Table.Td ta="end" className={line.lost > 0 ? (classes.loss ?? '') : ''}>
                {line.lost > 0 ? `−${format.number(line.lost)}` : '0'}
              </Table.Td>
              {withChanged && <Table.Td ta="end">{format.number(line.changed ?? 0)}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollBox>
  )
}
