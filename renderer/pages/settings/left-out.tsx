import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { LEFT_OUT_REASONS } from '../../../preload/contract/codes.ts'
import type { ImportPreview } from '../../../preload/contract/settings.ts'
import { oneLine } from '../../components/plain-text.ts'
import { useFormat } from '../../i18n/format.ts'
import { useSettingName } from '../backups/use-setting-words.ts'

/** So many of each kind are named. */
const NAMED = 8

/** What of a file is not taken, by the reason. */
export function LeftOut({ preview }: { preview: Pick<ImportPreview, 'left_out' | 'left_out_total'> }) {
  const { t } = useTranslation()
  const format = useFormat()
  const name = useSettingName()
  const { left_out, left_out_total } = preview
  if (left_out_total === 0) return null
  const more = (count: number) => t('settings.leftOutMore', { count, formatted: format.number(count) })
  const kinds = LEFT_OUT_REASONS.flatMap((why) => {
    const keys = left_out.filter((entry) => entry.why === why).map(({ key }) => oneLine(name(key), 60))
    if (keys.length === 0) return []
    const rest = keys.length > NAMED ? [more(keys.length - NAMED)] : []
    return [`${t(`settings.leftOutWhy.${why}`)}: ${[...keys.slice(0, NAMED), ...rest].join(', ')}`]
  })
  return (
    <div>
      <Text size="sm" fw={600}>
        {t('settings.leftOut', { count: left_out_total })}
      </Text>
      {kinds.map((line) => (
        <Text key={line} size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {line}
        </Text>
      ))}
      {left_out_total > left_out.length && (
        <Text size="sm" c="dimmed">
          {more(left_out_total - left_out.length)}
        </Text>
      )}
    </div>
  )
}
