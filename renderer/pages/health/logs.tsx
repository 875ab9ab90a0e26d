import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../client/program.tsx'
import { Section } from '../../components/page.tsx'
import { useAction } from '../../components/use-action.ts'
import { useFormat } from '../../i18n/format.ts'
import classes from './health.module.css'

export function Logs() {
  const { t, i18n } = useTranslation()
  const format = useFormat()
  const api = useApi()
  const logs =
    useQuery(api.host.logs.queryOptions({ input: { limit: 200 }, staleTime: 0, refetchInterval: 5000 })).data ?? []
  const canOpen = useQuery(api.host.info.queryOptions()).data?.capabilities.includes('open-logs')
  const open = useAction(api.host.openLogs.mutationOptions())
  const level = (name: string) =>
    i18n.exists(`health.logLevel.${name}`) ? t(`health.logLevel.${name}` as 'health.logLevel.info') : name
  return (
    <Section
      title={t('health.logs')}
      aside={
        canOpen && (
          <Button size="compact-sm" variant="default" loading={open.isPending} onClick={() => open.mutate({})}>
            {t('health.openLogs')}
          </Button>
        )
      }
    >
      {logs.length === 0 ? (
        <Text c="dimmed">{t('health.logsNone')}</Text>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe: scrollable-region-focusable)
        <section className={classes.logs} tabIndex={0} aria-label={t('health.logLines')}>
          {logs.map((line) => (
            <div key={`${line.at}-${line.scope}-${line.message}`} className={classes.log} data-level={line.level}>
              <time dateTime={new Date(line.at).toISOString()}>{format.seconds(line.at)}</time>
              <span>{level(line.level)}</span>
              <span>{line.scope ? `${line.scope}: ${line.message}` : line.message}</span>
            </div>
          ))}
        </section>
      )}
    </Section>
  )
}
