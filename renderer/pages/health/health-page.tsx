import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi, useProgram } from '../../client/program.tsx'
import { Facts } from '../../components/facts.tsx'
import { Failed, Page, Section, Waiting } from '../../components/page.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'
import { useFormat } from '../../i18n/format.ts'
import { Audit } from './audit.tsx'
import { DiskUse } from './disk-use.tsx'
import { Findings } from './findings.tsx'
import { Inbound } from './inbound.tsx'
import { Logs } from './logs.tsx'

export function HealthPage() {
  const { t } = useTranslation()
  const format = useFormat()
  const { api, queries } = useProgram()
  const tell = useTell()
  const report = useQuery(useApi().health.report.queryOptions({ staleTime: 0 }))
  const model = useQuery(api.settings.model.queryOptions()).data
  const repair = useAction(
    api.health.repair.mutationOptions({
      onSuccess: ({ repaired }) => {
        void queries.invalidateQueries({ queryKey: api.health.key() })
        tell.done(t('health.repaired', { count: repaired.length }))
      },
    }),
  )
  const repairable = report.data?.findings.some((finding) => finding.repairable && finding.level !== 'ok')
  return (
    <Page
      title={t('health.title')}
      actions={
        <>
          {repairable && (
            <Button loading={repair.isPending} onClick={() => repair.mutate({})}>
              {t('health.repair')}
            </Button>
          )}
          <Button variant="default" loading={report.isFetching} onClick={() => void report.refetch()}>
            {t('health.again')}
          </Button>
        </>
      }
    >
      <Section
        title={t('health.findings')}
        aside={
          report.data && (
            <Text size="sm" c="dimmed">
              {t('health.checked', { time: format.when(report.data.at) })}
            </Text>
          )
        }
      >
        {report.isPending && <Waiting />}
        {report.error && !report.data && <Failed error={report.error} onRetry={() => void report.refetch()} />}
        {report.data && <Findings findings={report.data.findings} />}
      </Section>
      {report.data && <DiskUse usage={report.data.usage} />}
      {model && (
        <Section title={t('health.model')}>
          <Facts
            facts={[
              [t('model.name'), model.name],
              [t('model.url'), model.base_url],
              [t('health.modelCalls'), format.number(model.calls)],
              [
                t('health.modelErrors'),
                `${format.number(model.errors)} (${format.percent(model.calls > 0 ? model.errors / model.calls : 0)})`,
              ],
              [t('health.modelLatency'), model.latency_ms === null ? null : format.duration(model.latency_ms)],
              [t('health.modelLast'), model.last_ok_at === null ? t('health.never') : format.when(model.last_ok_at)],
            ]}
          />
        </Section>
      )}
      <Inbound />
      <Audit />
      <Logs />
    </Page>
  )
}
