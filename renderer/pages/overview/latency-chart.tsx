import { ScatterChart } from '@mantine/charts'
import '@mantine/charts/styles.css'
import { useTranslation } from 'react-i18next'
import type { Stats } from '../../../preload/contract/activity.ts'
import { useFormat } from '../../i18n/format.ts'
import { FiguresTable } from './figures-table.tsx'
import { secondsTicks, timeTicks } from './ticks.ts'

const ends = (ticks: number[]): [number, number] => [ticks[0] ?? 0, ticks.at(-1) ?? 0]

/** Each of today's answers as a dot: when, and how long the contact waited. */
export default function LatencyChart({ latencies }: { latencies: Stats['today']['latencies'] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const sorted = latencies.map((latency) => latency.milliseconds).sort((a, b) => a - b)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
  const times = latencies.map((latency) => latency.at)
  // Left to itself the chart takes the times of the first and the last answer, and drops the mark below a moved one.
  const across = timeTicks(Math.min(...times), Math.max(...times))
  const up = secondsTicks(at(1) / 1000)
  return (
    <>
      <div aria-hidden>
        <ScatterChart
          h={180}
          dataKey={{ x: 'at', y: 'seconds' }}
          data={[
            {
              name: t('overview.latency'),
              color: 'teal.6',
              data: latencies.map((latency) => ({ at: latency.at, seconds: latency.milliseconds / 1000 })),
            },
          ]}
          unit={{ y: ` ${t('overview.seconds')}` }}
          xAxisProps={{ domain: ends(across), ticks: across, interval: 'equidistantPreserveStart' }}
          yAxisProps={{ domain: ends(up), ticks: up, interval: 0 }}
          valueFormatter={{ x: (value) => format.time(value), y: (value) => format.decimal(value) }}
          scatterChartProps={{ accessibilityLayer: false, margin: { top: 10, right: 32, bottom: 5, left: 0 } }}
          scatterProps={{ isAnimationActive: false }}
        />
      </div>
      <FiguresTable
        head={[t('overview.answered'), 'p50', 'p95']}
        rows={[[format.number(sorted.length), format.duration(at(0.5)), format.duration(at(0.95))]]}
      />
    </>
  )
}
