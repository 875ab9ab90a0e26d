import { Button, Fieldset, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Settings } from '../../../preload/contract/settings.ts'
import { useProgram } from '../../client/program.tsx'
import { Section } from '../../components/page.tsx'
import { explain, useTell } from '../../components/tell.tsx'
import classes from './backups.module.css'
import { readCron, writeCron } from './cron.ts'
import { BackupFormat } from './formats.ts'
import { NextRuns } from './next-runs.tsx'
import { PickedFolder } from './picked-folder.tsx'
import { PruneButtons } from './prune-buttons.tsx'

const PlanTime = lazy(() => import('./plan-time.tsx'))
const KEEP = ['last', 'daily', 'weekly', 'monthly', 'yearly', 'days'] as const
const KINDS = ['daily', 'weekly', 'off', 'custom'] as const

export function PlanForm({ backup }: { backup: Settings['backup'] }) {
  const { t } = useTranslation()
  const { api } = useProgram()
  const tell = useTell()
  const [plan, setPlan] = useState(() => readCron(backup.schedule))
  const [format, setFormat] = useState(backup.format)
  const [folder, setFolder] = useState(backup.folder ?? '')
  const [keep, setKeep] = useState(backup.keep)
  const [stale, setStale] = useState(backup.stale_after_hours)
  const [drillDays, setDrillDays] = useState(backup.drill_days)
  const [undoDays, setUndoDays] = useState(backup.undo_days)
  const save = useMutation(api.settings.update.mutationOptions({ onSuccess: () => tell.done(t('backups.saved')) }))
  const picks = useQuery(api.host.info.queryOptions()).data?.capabilities.includes('pick-folder') === true
  const timed = plan.kind === 'daily' || plan.kind === 'weekly'
  const expression = timed && plan.time === '' ? null : writeCron(plan)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate({
      backup: {
        schedule: writeCron(plan),
        format,
        ...(picks ? {} : { folder: folder.trim() || null }),
        keep,
        stale_after_hours: stale,
        undo_days: undoDays,
        drill_days: drillDays,
      },
    })
  }
  const label = {
    last: 'keepLast',
    daily: 'keepDaily',
    weekly: 'keepWeekly',
    monthly: 'keepMonthly',
    yearly: 'keepYearly',
    days: 'keepDays',
  } as const
  return (
    <Section title={t('backups.plan')}>
      <form onSubmit={submit}>
        <Stack maw={640}>
          <Group align="flex-start" grow>
            <Select
              label={t('backups.schedule')}
              data={KINDS.map((value) => ({ value, label: t(`backups.scheduleChoice.${value}`) }))}
              value={plan.kind}
              onChange={(kind) => setPlan({ ...plan, kind: KINDS.find((value) => value === kind) ?? 'daily' })}
            />
            {timed && (
              <Suspense fallback={<TextInput label={t('backups.time')} value={plan.time} readOnly />}>
                <PlanTime value={plan.time} onChange={(time) => setPlan((plan) => ({ ...plan, time }))} />
              </Suspense>
            )}
            {plan.kind === 'custom' && (
              <TextInput
                label={t('backups.cron')}
                placeholder="0 2 * * *"
                value={plan.cron}
                onChange={(event) => setPlan({ ...plan, cron: event.currentTarget.value })}
                description={t('backups.cronHint')}
              />
            )}
          </Group>
          {expression !== null && <NextRuns expression={expression} />}
          <Group grow align="flex-start">
            <Select
              label={t('backups.format')}
              data={BackupFormat.map((value) => ({ value, label: t(`backups.formats.${value}`) }))}
              value={format}
              onChange={(value) => setFormat(BackupFormat.find((known) => known === value) ?? 'sql.gz')}
            />
            {picks ? (
              <PickedFolder folder={backup.folder} />
            ) : (
              <TextInput
                label={t('backups.folderField')}
                placeholder={t('backups.folderHint')}
                value={folder}
                onChange={(event) => setFolder(event.currentTarget.value)}
              />
            )}
          </Group>
          <Fieldset legend={t('backups.keep')} mx={0}>
            <div className={classes.keep}>
              {KEEP.map((key) => (
                <NumberInput
                  key={key}
                  label={t(`backups.${label[key]}`)}
                  min={0}
                  max={key === 'days' ? 36500 : 1000}
                  value={keep[key]}
                  onChange={(value) => setKeep({ ...keep, [key]: Number(value) || 0 })}
                />
              ))}
            </div>
            <Text size="sm" c="dimmed" mt="sm">
              {t('backups.keepHint')}
            </Text>
          </Fieldset>
          <NumberInput
            maw={312}
            label={t('backups.undoDays')}
            description={t('backups.undoDaysHint')}
            min={0}
            max={3650}
            value={undoDays}
            onChange={(value) => setUndoDays(Number(value) || 0)}
          />
          <NumberInput
            maw={312}
            label={t('backups.drill.days')}
            placeholder={t('backups.drill.daysHint')}
            min={1}
            max={3650}
            value={drillDays ?? ''}
            onChange={(value) => setDrillDays(Number(value) || null)}
          />
          <NumberInput
            maw={312}
            label={t('backups.stale')}
            min={1}
            max={8760}
            value={stale}
            onChange={(value) => setStale(Number(value) || 1)}
          />
          {save.error && (
            <Text c="var(--mantine-color-error)" role="alert">
              {explain(save.error, t)}
            </Text>
          )}
          <Group>
            <Button type="submit" disabled={timed && plan.time === ''} loading={save.isPending}>
              {t('action.save')}
            </Button>
            <PruneButtons />
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
