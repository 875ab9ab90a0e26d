import { Button, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { DrillReport } from '../../../preload/contract/backups.ts'
import { useProgram } from '../../client/program.tsx'
import { Section } from '../../components/page.tsx'
import { StateBadge } from '../../components/state-badge.tsx'
import { useAction } from '../../components/use-action.ts'
import { useFormat } from '../../i18n/format.ts'

const TONES = { proven: 'good', 'not-proven': 'warn', failed: 'bad' } as const

/** Whether the newest backups would bring everything back on another machine, and when that was tried last. */
export function DrillSection() {
  const { t } = useTranslation()
  const format = useFormat()
  const { api, queries } = useProgram()
  const last = useQuery(api.backups.drills.queryOptions()).data?.[0]
  const drill = useAction(
    api.backups.drill.mutationOptions({
      onSuccess: () => void queries.invalidateQueries({ queryKey: api.backups.key() }),
    }),
  )
  return (
    <Section title={t('backups.drill.title')}>
      <Stack gap="sm">
        <Text maw="72ch">{t('backups.drill.text')}</Text>
        {last && (
          <Text size="sm">
            {t('backups.drill.last', {
              time: format.when(last.at),
              duration: format.duration(last.milliseconds),
            })}
          </Text>
        )}
        {last?.places.map((place) => (
          <Place key={place.folder} place={place} />
        ))}
        <Group>
          <Button variant="default" loading={drill.isPending} onClick={() => drill.mutate({})}>
            {t('backups.drill.now')}
          </Button>
        </Group>
      </Stack>
    </Section>
  )
}

function Place({ place }: { place: DrillReport['places'][number] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const rows = ['chats', 'messages', 'bot_chat_assignments', 'processed_messages', 'bots'] as const
  return (
    <div>
      <Group gap="sm">
        <StateBadge tone={TONES[place.outcome]}>{t(`backups.drill.outcome.${place.outcome}`)}</StateBadge>
        <Text size="sm">{place.backup === null ? place.folder : `${place.backup}, ${place.folder}`}</Text>
      </Group>
      {place.outcome === 'not-proven' && (
        <Text size="sm" mt={4}>
          {t('backups.drill.locked')}
        </Text>
      )}
      {place.outcome === 'failed' && (
        <Text size="sm" mt={4}>
          {place.problem}
        </Text>
      )}
      {place.outcome === 'proven' &&
        rows.map((table) => (
          <Text key={table} size="sm">
            {t('backups.drill.rows', {
              what: t(`backups.restorePage.names.${table}`),
              restored: format.number(place.rows[table]?.restored ?? 0),
              today: format.number(place.rows[table]?.today ?? 0),
            })}
          </Text>
        ))}
    </div>
  )
}
