import { Text } from '@mantine/core'
import { IconCheck, IconMinus, IconQuestionMark, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../client/program.tsx'
import { Failed, Waiting } from '../../components/page.tsx'
import { useFormat } from '../../i18n/format.ts'
import classes from './overview.module.css'

const MARKS = { verified: IconCheck, made: IconQuestionMark, missed: IconX, none: IconMinus }

/** Thirty squares, one a day. */
export function BackupDays() {
  const { t } = useTranslation()
  const format = useFormat()
  const { data: status, error, refetch } = useQuery(useApi().backups.status.queryOptions())
  if (!status) return error ? <Failed error={error} onRetry={() => void refetch()} /> : <Waiting rows={1} height={60} />
  return (
    <>
      <ol className={classes.days}>
        {status.days.map(({ day, state }) => {
          const Mark = MARKS[state]
          const words = `${format.day(new Date(`${day}T12:00:00`).getTime())}: ${t(`overview.day.${state}`)}`
          return (
            <li key={day} className={classes.square} data-state={state} title={words}>
              <Mark size={12} role="img" aria-label={words} />
            </li>
          )
        })}
      </ol>
      <Text size="sm">
        {status.last_verified_at === null
          ? t('overview.backupNever')
          : t('overview.lastVerified', { time: format.when(status.last_verified_at) })}
        {status.next_run_at !== null && ` ${t('overview.nextRun', { time: format.when(status.next_run_at) })}`}{' '}
        <Link to="/backups">{t('nav.backups')}</Link>
      </Text>
    </>
  )
}
