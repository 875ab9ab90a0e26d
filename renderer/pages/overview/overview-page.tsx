import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../client/program.tsx'
import { Empty, Failed, Page, Section, Waiting } from '../../components/page.tsx'
import { useFormat } from '../../i18n/format.ts'
import { Attention } from './attention.tsx'
import { BackupDays } from './backup-days.tsx'
import { BotsAtWork } from './bots-at-work.tsx'
import { ConnectionCard } from './connection-card.tsx'
import classes from './overview.module.css'

const WeekChart = lazy(() => import('./week-chart.tsx'))
const LatencyChart = lazy(() => import('./latency-chart.tsx'))

export function OverviewPage() {
  const { t } = useTranslation()
  const format = useFormat()
  const api = useApi()
  const stats = useQuery(api.activity.stats.queryOptions({ input: { days: 7, inbound: 'skip' } }))
  const data = stats.data
  const answers = data?.days.some((day) => Object.values(day.bots).some((count) => count > 0)) ?? false
  return (
    <Page title={t('overview.title')} wide>
      <div className={classes.grid}>
        <ConnectionCard />
        <Attention stats={data} />
        {stats.error && !data ? (
          <Section title={t('overview.today')}>
            <Failed error={stats.error} onRetry={() => void stats.refetch()} />
          </Section>
        ) : (
          <>
            <Section title={t('overview.today')}>
              {data ? (
                <>
                  <dl className={classes.figures}>
                    {(['received', 'answered', 'skipped'] as const).map((key) => (
                      <Figure key={key} name={t(`overview.${key}`)} value={format.number(data.today[key])} />
                    ))}
                    <Figure name={t('overview.failedShort')} value={format.number(data.today.failed)} />
                  </dl>
                  <Text size="xs" c="dimmed" mt={8}>
                    {t('overview.todayHint')}
                  </Text>
                </>
              ) : (
                <Waiting rows={1} height={48} />
              )}
            </Section>
            <Section title={t('overview.totals')}>
              {data ? (
                <dl className={classes.figures}>
                  <Figure name={t('overview.chats')} value={format.number(data.totals.chats)} />
                  <Figure name={t('overview.activeChats')} value={format.number(data.totals.active_chats)} />
                  <Figure name={t('overview.messages')} value={format.number(data.totals.messages)} />
                  <Figure name={t('overview.chatsWithBots')} value={format.number(data.totals.chats_with_bots)} />
                </dl>
              ) : (
                <Waiting rows={1} height={48} />
              )}
            </Section>
            <Section title={t('overview.week')}>
              <Suspense fallback={<Waiting rows={1} height={180} />}>
                {!data ? (
                  <Waiting rows={1} height={180} />
                ) : answers ? (
                  <WeekChart days={data.days} />
                ) : (
                  <Empty text={t('overview.weekNone')} />
                )}
              </Suspense>
            </Section>
            <Section title={t('overview.latency')}>
              <Suspense fallback={<Waiting rows={1} height={180} />}>
                {!data ? (
                  <Waiting rows={1} height={180} />
                ) : data.today.latencies.length > 0 ? (
                  <LatencyChart latencies={data.today.latencies} />
                ) : (
                  <Empty text={t('overview.latencyNone')} />
                )}
              </Suspense>
            </Section>
          </>
        )}
        <Section
          title={t('overview.atWork')}
          aside={
            <Button size="compact-sm" variant="default" renderRoot={(props) => <Link to="/bots" {...props} />}>
              {t('nav.bots')}
            </Button>
          }
        >
          <BotsAtWork />
        </Section>
        <Section title={t('overview.backups')}>
          <BackupDays />
        </Section>
      </div>
    </Page>
  )
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-figures>{value}</dd>
    </div>
  )
}
