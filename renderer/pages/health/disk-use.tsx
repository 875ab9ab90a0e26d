import { Button, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Usage } from '../../../preload/contract/health.ts'
import { useProgram } from '../../client/program.tsx'
import { Section } from '../../components/page.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'
import { useFormat } from '../../i18n/format.ts'
import classes from './health.module.css'

/** One bar of what is on the disk, and the date on which it is full. */
export function DiskUse({ usage }: { usage: Usage }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { api, queries } = useProgram()
  const tell = useTell()
  const vacuum = useAction(
    api.data.vacuum.mutationOptions({
      onSuccess: ({ before, after }) => {
        void queries.invalidateQueries({ queryKey: api.health.key() })
        tell.done(t('health.vacuumed', { before: format.bytes(before), after: format.bytes(after) }))
      },
    }),
  )
  const ours = usage.database + usage.wal + usage.session + usage.media + usage.backups + usage.logs
  const parts = [
    ['database', usage.database],
    ['history', usage.wal],
    ['session', usage.session],
    ['media', usage.media],
    ['backups', usage.backups],
    ['logs', usage.logs],
    ['other', Math.max(0, usage.total - usage.free - ours)],
    ['free', usage.free],
  ] as const
  return (
    <Section
      title={t('health.disk')}
      aside={
        <Button size="compact-sm" variant="default" loading={vacuum.isPending} onClick={() => vacuum.mutate({})}>
          {t('health.vacuum')}
        </Button>
      }
    >
      <div className={classes.bar} aria-hidden>
        {parts.map(([key, bytes]) => (
          <span key={key} data-part={key} style={{ flexGrow: Math.max(bytes, usage.total / 400) }} />
        ))}
      </div>
      <ul className={classes.legend} aria-label={t('health.diskBar')}>
        {parts.map(([key, bytes]) => (
          <li key={key}>
            <span className={classes.swatch} data-part={key} aria-hidden />
            {t(`health.parts.${key}`)} <span data-figures>{format.bytes(bytes)}</span>
          </li>
        ))}
      </ul>
      <Text size="sm" mt="sm">
        {usage.full_at !== null && usage.growth_per_day !== null
          ? t('health.fullAt', { growth: format.bytes(usage.growth_per_day), date: format.date(usage.full_at) })
          : t('health.notFull')}
      </Text>
    </Section>
  )
}
