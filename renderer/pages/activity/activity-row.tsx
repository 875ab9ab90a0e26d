import { Text } from '@mantine/core'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Activity } from '../../../preload/contract/activity.ts'
import { ChatName, useKind } from '../../components/chat-name.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { StateBadge, type Tone } from '../../components/state-badge.tsx'
import { Time } from '../../components/time.tsx'
import { tellReason } from '../../i18n/told.ts'
import classes from './activity.module.css'
import { RetryButton } from './retry-button.tsx'

const TONES: Record<Activity['state'], Tone> = {
  waiting: 'busy',
  done: 'good',
  undelivered: 'bad',
  silent: 'idle',
  skipped: 'idle',
  failed: 'bad',
  cancelled: 'idle',
}

export const ActivityRow = memo(function ActivityRow({
  row,
  label,
  onOpen,
}: {
  row: Activity
  label: string
  onOpen: (id: number) => void
}) {
  const { t } = useTranslation()
  const kind = useKind()
  // A text that is not there any more was forgotten: no kind to speak of.
  const line = row.text ? oneLine(row.text, 140) : row.kind === 'text' ? '' : kind(row.kind)
  return (
    <li className={classes.row}>
      <button type="button" className={classes.open} onClick={() => onOpen(row.id)} aria-haspopup="dialog">
        <span className={classes.rowHead}>
          <ActivityState row={row} />
          <span className={classes.bot}>{label}</span>
          <span className={classes.chat}>
            <ChatName name={row.chat_name} jid={row.chat_jid} />
          </span>
          <Text span size="xs" c="dimmed" className={classes.time}>
            <Time at={row.received_at} />
          </Text>
        </span>
        {line && (
          <span className={classes.line}>
            <bdi dir="auto">{line}</bdi>
          </span>
        )}
        {row.reason && <span className={classes.reason}>{tellReason(row.reason)}</span>}
        {row.state === 'undelivered' && !row.reason && row.delivery && (
          <span className={classes.reason}>{t(`chat.delivery.${row.delivery}`)}</span>
        )}
      </button>
      {row.can_retry && (
        <span className={classes.retry}>
          <RetryButton id={row.id} />
        </span>
      )}
    </li>
  )
})

export function ActivityState({ row }: { row: Activity }) {
  const { t } = useTranslation()
  return <StateBadge tone={TONES[row.state]}>{t(`activity.states.${row.state}`)}</StateBadge>
}
