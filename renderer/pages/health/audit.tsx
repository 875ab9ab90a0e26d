import { Button, Select, Table, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditAction, AuditEntry } from '../../../preload/contract/audit.ts'
import { useApi } from '../../client/program.tsx'
import { Failed, Section, Waiting } from '../../components/page.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { ScrollBox } from '../../components/scroll-box.tsx'
import { StateBadge } from '../../components/state-badge.tsx'
import { Time } from '../../components/time.tsx'
import { useSettingName } from '../backups/use-setting-words.ts'
import classes from './health.module.css'

const FEW = 20
const MANY = 1000

/** What was done to the program and its data, newest first; live. */
export function Audit() {
  const { t } = useTranslation()
  const [action, setAction] = useState<AuditAction | null>(null)
  const [limit, setLimit] = useState(FEW)
  const words: Record<AuditAction, string> = t('health.audit.actions', { returnObjects: true })
  const list = useQuery(
    useApi().audit.list.queryOptions({
      // One more than is shown tells whether there are more.
      input: { limit: Math.min(limit + 1, MANY), ...(action && { action }) },
      placeholderData: keepPreviousData,
      staleTime: 0,
    }),
  )
  const entries = list.data?.slice(0, limit) ?? []
  const more = (list.data?.length ?? 0) > entries.length
  return (
    <Section
      title={t('health.audit.title')}
      aside={
        <Select
          aria-label={t('health.audit.filter')}
          data={[
            { value: '', label: t('health.audit.all') },
            ...Object.entries(words).map(([value, label]) => ({ value, label })),
          ]}
          value={action ?? ''}
          onChange={(value) => {
            setAction(Object.keys(words).find((known) => known === value) as AuditAction | null)
            setLimit(FEW)
          }}
        />
      }
    >
      <Text size="sm" c="dimmed" mb="sm" maw="72ch">
        {t('health.audit.text')}
      </Text>
      {list.isPending && <Waiting rows={4} height={24} />}
      {list.error && !list.data && <Failed error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && entries.length === 0 && <Text>{action ? t('health.audit.noneOf') : t('health.audit.none')}</Text>}
      {entries.length > 0 && (
        <ScrollBox label={t('health.audit.title')}>
          <Table verticalSpacing={6} className={classes.audit}>
            <Table.Thead>
              <Table.Tr>
                {(['time', 'what', 'who', 'detail'] as const).map((column) => (
                  <Table.Th key={column}>{t(`health.audit.${column}`)}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {keyed(entries).map(({ key, entry }) => (
                <Row key={key} entry={entry} what={words[entry.action]} />
              ))}
            </Table.Tbody>
          </Table>
        </ScrollBox>
      )}
      {more && (
        <Button mt="sm" size="compact-sm" variant="default" loading={list.isFetching} onClick={() => setLimit(MANY)}>
          {t('health.audit.more')}
        </Button>
      )}
    </Section>
  )
}

/** Two entries of one moment may be alike in all that they say. */
function keyed(entries: readonly AuditEntry[]): { key: string; entry: AuditEntry }[] {
  const seen = new Map<string, number>()
  return entries.map((entry) => {
    const text = JSON.stringify(entry)
    const times = (seen.get(text) ?? 0) + 1
    seen.set(text, times)
    return { key: `${text} ${times}`, entry }
  })
}

function Row({ entry, what }: { entry: AuditEntry; what: string | undefined }) {
  const { t, i18n } = useTranslation()
  const setting = useSettingName()
  const label = (name: string) =>
    i18n.exists(`health.audit.details.${name}`)
      ? t(`health.audit.details.${name}` as 'health.audit.details.code')
      : name
  const value = (name: string, said: string | number | boolean) => {
    if (typeof said === 'boolean') return t(said ? 'settings.isOn' : 'settings.isOff')
    return name === 'settings' || name === 'left_out' ? String(said).split(', ').map(setting).join(', ') : String(said)
  }
  const details = Object.entries(entry.detail).filter(([, said]) => said !== '')
  return (
    <Table.Tr>
      <Table.Td className={classes.auditTime}>
        <Time at={entry.at} />
      </Table.Td>
      <Table.Td>
        {what ?? entry.action}
        {entry.outcome !== 'done' && (
          <div>
            <StateBadge tone={entry.outcome === 'refused' ? 'warn' : 'bad'}>
              {t(`health.audit.outcome.${entry.outcome}`)}
            </StateBadge>
          </div>
        )}
      </Table.Td>
      <Table.Td>
        {t(`health.audit.by.${entry.by}`)}
        {entry.address !== null && (
          <Text size="sm" c="dimmed">
            <bdi>{oneLine(entry.address, 60)}</bdi>
          </Text>
        )}
      </Table.Td>
      <Table.Td className={classes.auditDetail}>
        {details.map(([name, said]) => (
          <div key={name}>
            <Text span size="sm" c="dimmed">
              {`${label(name)}: `}
            </Text>
            <bdi>{oneLine(value(name, said), 300)}</bdi>
          </div>
        ))}
      </Table.Td>
    </Table.Tr>
  )
}
