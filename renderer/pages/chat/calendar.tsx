import { DatePicker, DatesProvider } from '@mantine/dates'
import '@mantine/dates/styles.css'
import dayjs from 'dayjs'
import { use } from 'react'
import { useTranslation } from 'react-i18next'
import { LANGUAGE_CODES, type Language } from '../../../preload/contract/languages.ts'
import { CALENDARS } from '../../i18n/catalogues.ts'
import { weekStart } from '../../i18n/week.ts'
import classes from './calendar.module.css'

const loaded = new Map<Language, Promise<unknown>>()

/** Waits until the calendar can speak the language, and answers with the calendar's name for it. */
function useCalendarLanguage(shown: string): string {
  const language = LANGUAGE_CODES.find((code) => code === shown) ?? 'en'
  const { name, load } = CALENDARS[language]
  let loading = loaded.get(language)
  if (!loading) {
    // In English where its file cannot be fetched.
    loading = load().catch(() => undefined)
    loaded.set(language, loading)
  }
  use(loading)
  return name
}

export default function Calendar({ onPick }: { onPick: (from: number) => void }) {
  const { t, i18n } = useTranslation()
  const locale = useCalendarLanguage(i18n.language)
  const now = new Date()
  const today = dayjs(now).format('YYYY-MM-DD')
  return (
    <DatesProvider
      settings={{
        locale,
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
