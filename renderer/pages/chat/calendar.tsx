import { DatePicker, DatesProvider } from '@mantine/dates'
import '@mantine/dates/styles.css'
import 'dayjs/locale/pt-br'
import { useTranslation } from 'react-i18next'

export default function Calendar({ onPick }: { onPick: (from: number) => void }) {
  const { t, i18n } = useTranslation()
  return (
    <DatesProvider settings={{ locale: i18n.language.toLowerCase(), weekendDays: [] }}>
      <DatePicker
        maxDate={new Date()}
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
