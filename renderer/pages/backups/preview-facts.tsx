import { Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { RestorePreview } from '../../../preload/contract/restore.ts'
import { Facts } from '../../components/facts.tsx'
import { Section } from '../../components/page.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { StateBadge } from '../../components/state-badge.tsx'
import { Time } from '../../components/time.tsx'
import { useFormat } from '../../i18n/format.ts'
import classes from './backups.module.css'

export function PreviewFacts({ preview, name }: { preview: RestorePreview; name: string }) {
  const { t } = useTranslation()
  return (
    <Section title={t('backups.restorePage.file')}>
      <Text fw={600} mb="sm">
        <bdi dir="auto">{oneLine(name, 120)}</bdi>
      </Text>
      <Facts
        facts={[
          [
            t('backups.restorePage.what'),
            [
              t(`backups.restorePage.kind.${preview.kind}`),
              preview.generation !== null && t('backups.restorePage.generation', { number: preview.generation }),
            ]
              .filter(Boolean)
              .join(', '),
          ],
          [
            t('backups.restorePage.made'),
            preview.created_at === null ? null : <Time key="made" at={preview.created_at} />,
          ],
          [
            t('backups.restorePage.proven'),
            <StateBadge key="proven" tone={preview.proven ? 'good' : 'warn'}>
              {t(preview.proven ? 'backups.restorePage.provenYes' : 'backups.restorePage.provenNo')}
            </StateBadge>,
          ],
        ]}
      />
      <TimeLine preview={preview} />
    </Section>
  )
}

/** Where the file's newest message stands against today's. */
function TimeLine({ preview }: { preview: RestorePreview }) {
  const { t } = useTranslation()
  const format = useFormat()
  const points = [
    { key: 'newestFile' as const, at: preview.newest_message_in_file },
    { key: 'newestHere' as const, at: preview.newest_message_here },
  ].filter((point): point is { key: 'newestFile' | 'newestHere'; at: number } => point.at !== null)
  if (points.length === 0) return null
  const now = Date.now()
  const first = Math.min(...points.map((point) => point.at))
  const place = (at: number) => (now === first ? 0 : ((at - first) / (now - first)) * 100)
  return (
    <>
      <Title order={3} mt="lg">
        {t('backups.restorePage.timeline')}
      </Title>
      <div className={classes.axis} aria-hidden>
        <div className={classes.timeline}>
          {points.map(({ key, at }) => (
            <span
              key={key}
              className={classes.mark}
              data-here={key === 'newestHere' || undefined}
              style={{ insetInlineStart: `calc(${place(at)}% - 6px)` }}
            />
          ))}
        </div>
        {t('backups.restorePage.now')}
      </div>
      <Facts
        facts={points.map(({ key, at }) => [
          t(`backups.restorePage.${key}`),
          <span key={key} className={classes.dated}>
            <span className={classes.mark} data-here={key === 'newestHere' || undefined} aria-hidden />
            {format.exact(at)}
          </span>,
        ])}
      />
    </>
  )
}

/** What is left out, switched off or refused; nothing of it is silent. */
export function PreviewNotes({ preview }: { preview: RestorePreview }) {
  const { t } = useTranslation()
  const named = (list: string[]) => ({ count: list.length, names: list.map((name) => oneLine(name, 60)).join(', ') })
  const notes = [
    preview.other_account.length > 0 && t('backups.restorePage.otherAccount', named(preview.other_account)),
    preview.assignments_switched_off > 0 &&
      t('backups.restorePage.switchedOff', { count: preview.assignments_switched_off }),
    preview.unknown_bots.length > 0 && t('backups.restorePage.unknownBots', named(preview.unknown_bots)),
    preview.unknown_tables.length > 0 && t('backups.restorePage.unknownTables', named(preview.unknown_tables)),
    preview.unknown_columns.length > 0 && t('backups.restorePage.unknownColumns', named(preview.unknown_columns)),
    preview.orphans > 0 && t('backups.restorePage.orphans', { count: preview.orphans }),
    ...preview.warnings,
  ].filter((note) => note !== false)
  if (notes.length === 0 && preview.refused_rows_total === 0 && preview.odd_values_total === 0) return null
  return (
    <Section title={t('backups.restorePage.notes')}>
      <ul>
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      {preview.refused_rows_total > 0 && (
        <details>
          <summary>{t('backups.restorePage.refused', { count: preview.refused_rows_total })}</summary>
          <ul>
            {preview.refused_rows.map((row) => (
              <li key={`${row.table}-${row.row}`}>
                {row.table}, {row.row}: {row.reason}
              </li>
            ))}
          </ul>
        </details>
      )}
      <OddValues preview={preview} />
    </Section>
  )
}

/** Values that cannot be read, by column, each with what becomes of it and a few examples. */
function OddValues({ preview }: { preview: RestorePreview }) {
  const { t } = useTranslation()
  if (preview.odd_values_total === 0) return null
  return (
    <details>
      <summary>{t('backups.restorePage.odd', { count: preview.odd_values_total })}</summary>
      <ul className={classes.oddValues}>
        {preview.odd_values.map(({ table, column, outcome, total, examples }) => (
          <li key={`${table} ${column} ${outcome}`}>
            {t('backups.restorePage.oddColumn', {
              count: total,
              name: `${table}.${column}`,
              outcome: t(`backups.restorePage.oddOutcome.${outcome}`),
              examples: examples.map(({ row, value }) => `${value} (${row})`).join(', '),
            })}
          </li>
        ))}
      </ul>
    </details>
  )
}
