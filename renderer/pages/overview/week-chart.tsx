import { BarChart } from '@mantine/charts'
import '@mantine/charts/styles.css'
import { useTranslation } from 'react-i18next'
import type { Stats } from '../../../preload/contract/activity.ts'
import { useBots } from '../../components/use-bots.ts'
import { useFormat } from '../../i18n/format.ts'
import { FiguresTable } from './figures-table.tsx'

const COLORS = ['teal.6', 'indigo.5', 'orange.6', 'grape.5', 'cyan.6', 'lime.7', 'pink.5', 'blue.6']

/** Answers of seven days, stacked by bot. */
export default function WeekChart({ days }: { days: Stats['days'] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const labels = new Map(useBots().data?.map((bot) => [bot.name, bot.label]))
  const names = [...new Set(days.flatMap((day) => Object.keys(day.bots)))].sort()
  const noon = (day: string) => new Date(`${day}T12:00:00`).getTime()
  const data = days.map((day) => ({ day: format.weekday(noon(day.day)), ...day.bots }))
  return (
    <>
      <div aria-hidden>
        <BarChart
          h={180}
          data={data}
          dataKey="day"
          type="stacked"
          tickLine="none"
          withLegend
          series={names.map((name, index) => ({
            name,
            label: labels.get(name) ?? name,
            color: COLORS[index % COLORS.length] ?? 'teal.6',
          }))}
          barChartProps={{ accessibilityLayer: false }}
          barProps={{ isAnimationActive: false }}
          maxBarWidth={36}
          valueFormatter={format.number}
        />
      </div>
      <FiguresTable
        head={[t('overview.dayHead'), ...names.map((name) => labels.get(name) ?? name)]}
        rows={days.map((day) => [
          format.day(noon(day.day)),
          ...names.map((name) => format.number(day.bots[name] ?? 0)),
        ])}
      />
    </>
  )
}
