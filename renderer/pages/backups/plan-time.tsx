import { TimePicker } from '@mantine/dates'
import '@mantine/dates/styles.css'
import { useTranslation } from 'react-i18next'

interface Props {
  /** HH:MM; empty while it is not whole. */
  value: string
  onChange: (value: string) => void
}

/** The browser's own field writes the time as the browser's language does, not as the program's. */
export default function PlanTime({ value, onChange }: Props) {
  const { t, i18n } = useTranslation()
  const { hour12 } = new Intl.DateTimeFormat(i18n.language, { hour: 'numeric' }).resolvedOptions()
  return (
    <TimePicker
      label={t('backups.time')}
      hoursInputLabel={t('backups.timeHours')}
      minutesInputLabel={t('backups.timeMinutes')}
      amPmInputLabel={t('backups.timeHalf')}
      format={hour12 ? '12h' : '24h'}
      value={value}
      onChange={onChange}
      error={value === '' && t('backups.timeMissing')}
    />
  )
}
