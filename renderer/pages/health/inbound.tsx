import { Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../client/program.tsx'
import { useKind } from '../../components/chat-name.tsx'
import { Section } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import { useFormat } from '../../i18n/format.ts'

export function Inbound() {
  const { t } = useTranslation()
  const format = useFormat()
  const kind = useKind()
  const inbound = useQuery(useApi().activity.stats.queryOptions({ input: { days: 7 } })).data?.inbound ?? []
  if (inbound.length === 0) return null
  return (
    <Section title={t('health.inbound')}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('health.inboundKind')}</Table.Th>
            <Table.Th>{t('health.inboundTotal')}</Table.Th>
            <Table.Th>{t('health.inboundLast')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {inbound.map((row) => (
            <Table.Tr key={row.kind}>
              <Table.Td>{kind(row.kind)}</Table.Td>
              <Table.Td>{format.number(row.total)}</Table.Td>
              <Table.Td>{row.last_at === null ? t('health.never') : <Time at={row.last_at} />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  )
}
