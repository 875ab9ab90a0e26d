import { DatePicker, DatesProvider } from '@mantine/dates'
import '@mantine/dates/styles.css'
import dayjs from 'dayjs'
import 'dayjs/locale/pt-br'
import { useTranslation } from 'react-i18next'
import { weekStart } from '../../i18n/week.ts'
import classes from './calendar.module.css'

export default function Calendar({ onPick }: { onPick: (from: number) => void }) {
  const { t, i18n } = useTranslation()
  const now = new Date()
  const today = dayjs(now).format('YYYY-MM-DD')
  return (
    <DatesProvider
      settings={{
        locale: i18n.language.toLowerCase(),
        weekendDays: [],
        firstDayOfWeek: weekStart(i18n.language, navigator.languages),
      }}
    >
      <DatePicker
        classNames={{ day: classes.day ?? '' }}
        maxDate={now}
        highlightToday
        getDayProps={(day) => (day === today ? { 'aria-current': 'date' } : {})}
        hideOutsideDates
        ariaLabels={t('chat.calendar', { returnObjects: true })}
        onChange={(day) => {
          // "2026-03-12" would be read as midnight in London; with a time it is the machine's own.
          if (day) onPick(new Date(`${day}T00:00:00`).getTime())
        }}
      />
    </DatesProvider>
  )
}
