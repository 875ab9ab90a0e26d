import { Button } from '@mantine/core'
import { IconAlertTriangle, IconCircleX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Stats } from '../../../preload/contract/activity.ts'
import { useApi } from '../../client/program.tsx'
import { Failed, Section, Waiting } from '../../components/page.tsx'
import { StateBadge } from '../../components/state-badge.tsx'
import { useAction } from '../../components/use-action.ts'
import { useFindingWords } from '../../i18n/finding-words.ts'
import { useFormat } from '../../i18n/format.ts'
import { tellFailure, tellFinding } from '../../i18n/told.ts'
import classes from './overview.module.css'

/** Findings of the doctor that this page says itself, with a button of its own: backup and model here, the connection beside it. */
const SAID_ABOVE = new Set(['backup-age', 'backup-failed', 'model', 'connection'])

const ICONS = { warning: IconAlertTriangle, error: IconCircleX }
type Item = { key: string; level: keyof typeof ICONS; text: string; action: ReactNode }

/** Only what somebody should do something about, each with the button that does it. */
export function Attention({ stats }: { stats: Stats | undefined }) {
  const { t } = useTranslation()
  const format = useFormat()
  const say = useFindingWords()
  const api = useApi()
  const asked = {
    backup: useQuery(api.backups.status.queryOptions()),
    model: useQuery(api.settings.model.queryOptions()),
    report: useQuery(api.health.report.queryOptions()),
    host: useQuery(api.host.info.queryOptions()),
  }
  const backup = asked.backup.data
  const model = asked.model.data
  const report = asked.report.data
  const all = Object.values(asked)
  const backUp = useAction(api.backups.create.mutationOptions())
  const items: Item[] = []
  const link = (to: '/settings' | '/health', label: string) => (
    <Button size="compact-sm" variant="default" renderRoot={(props) => <Link to={to} {...props} />}>
      {label}
    </Button>
  )
  if (backup && (backup.overdue || backup.last_verified_at === null || backup.problem))
    items.push({
      key: 'backup',
      level: backup.problem ? 'error' : 'warning',
      text:
        (backup.problem && tellFailure(backup.problem, backup.problem_code)) ??
        (backup.last_verified_at === null
          ? t('overview.backupNever')
          : t('overview.backupOverdue', { time: format.when(backup.last_verified_at) })),
      action: (
        <Button size="compact-sm" loading={backUp.isPending} onClick={() => backUp.mutate({})}>
          {t('overview.backUp')}
        </Button>
      ),
    })
  const failing = model?.last_error && model.last_error.at > (model.last_ok_at ?? 0) ? model.last_error : null
  if (model && !model.configured)
    items.push({
      key: 'model',
      // The doctor knows whether a bot that is on waits for it.
      level: report?.findings.some(({ code, level }) => code === 'model' && level === 'error') ? 'error' : 'warning',
      text:
        model.key_origin !== null && !model.has_key
          ? t('overview.modelKeyElsewhere', { origin: model.key_origin })
          : t('overview.modelMissing'),
      action: link('/settings', t('overview.toSettings')),
    })
  else if (failing)
    items.push({
      key: 'model',
      level: 'error',
      text: t('overview.modelFailing', {
        time: format.when(failing.at),
        message: tellFailure(failing.message, failing.code),
      }),
      action: link('/settings', t('overview.toSettings')),
    })
  const update = asked.host.data?.update
  if (update)
    items.push({
      key: 'update',
      level: 'warning',
      text: t(`settings.update.${update.state}`, { version: update.version }),
      action: link('/settings', t('overview.toSettings')),
    })
  if (stats && stats.today.failed > 0)
    items.push({
      key: 'failed',
      level: 'warning',
      text: t('overview.failed', { count: stats.today.failed }),
      action: (
        <Button
          size="compact-sm"
          variant="default"
          renderRoot={(props) => <Link to="/activity" search={{ state: 'failed' }} {...props} />}
        >
          {t('overview.toFailed')}
        </Button>
      ),
    })
  for (const finding of report?.findings ?? [])
    if ((finding.level === 'error' || finding.level === 'warning') && !SAID_ABOVE.has(finding.code))
      items.push({
        key: finding.code,
        level: finding.level,
        text: tellFinding(finding, say).title,
        action: link('/health', t('overview.toHealth')),
      })
  return (
    <Section title={t('overview.attention')}>
      {items.length === 0 && all.some((query) => query.isPending) ? (
        <Waiting rows={1} height={24} />
      ) : items.length === 0 && all.some((query) => query.isError) ? (
        <Failed
          error={all.find((query) => query.error)?.error}
          onRetry={() => void Promise.all(all.map((query) => query.refetch()))}
        />
      ) : items.length === 0 ? (
        <StateBadge tone="good">{t('overview.allWell')}</StateBadge>
      ) : (
        <ul className={classes.items}>
          {items.map(({ key, level, text, action }) => {
            const Icon = ICONS[level]
            return (
              <li key={key} className={classes.item}>
                <span className={classes.said} data-level={level}>
                  <Icon size={18} role="img" aria-label={t(`health.level.${level}`)} />
                  <span>{text}</span>
                </span>
                {action}
              </li>
            )
          })}
        </ul>
      )}
    </Section>
  )
}
