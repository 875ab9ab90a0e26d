import { Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useProgram } from '../../client/program.tsx'
import { explain } from '../../components/tell.tsx'

/** While someone types, each letter is another schedule. */
const TYPING_MS = 300

/** When a schedule runs next, in the time zone of the machine that it runs on, or which of its fields does not fit. */
export function NextRuns({ expression }: { expression: string }) {
  const { t, i18n } = useTranslation()
  const { api } = useProgram()
  const [asked] = useDebouncedValue(expression, TYPING_MS)
  const { data, error } = useQuery(
    api.backups.schedule.queryOptions({
      input: { expression: asked },
      retry: false,
      placeholderData: keepPreviousData,
    }),
  )
  if (error)
    return (
      <Text size="sm" c="var(--mantine-color-error)" role="alert">
        {explain(error, t)}
      </Text>
    )
  if (data === undefined) return null
  const format = new Intl.DateTimeFormat(i18n.language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: data.zone,
    timeZoneName: 'short',
  })
  return (
    <div>
      <Text size="sm" c="dimmed">
        {t('backups.nextRuns', { zone: data.zone })}
      </Text>
      {data.next.map(({ at }) => (
        <Text size="sm" key={at}>
          {format.format(at)}
        </Text>
      ))}
    </div>
  )
}
