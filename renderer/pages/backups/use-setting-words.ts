import { useTranslation } from 'react-i18next'
import { LANGUAGE_CODES, LANGUAGES } from '../../../preload/contract/languages.ts'
import { useFormat } from '../../i18n/format.ts'
import { readCron } from './cron.ts'
import { BackupFormat } from './formats.ts'

const oneOf = <const T extends string>(value: string, ...choices: readonly T[]): T | undefined =>
  choices.find((choice) => choice === value)

/** A setting's name where it is compared with a file; its place in the file where this version knows none. */
export function useSettingName(): (key: string) => string {
  const { t, i18n } = useTranslation()
  return (key) => {
    const path = `backups.restorePage.settingNames.${key.replaceAll('.', '_')}`
    return i18n.exists(path) ? t(path as 'backups.restorePage.settingNames.theme') : key
  }
}

/** A setting's value, which comes as a string or as JSON, in the words that the page has for it where it is set. */
export function useSettingWords(): (key: string, value: string) => string {
  const { t } = useTranslation()
  const format = useFormat()

  function schedule(value: string): string {
    const plan = readCron(value === 'null' ? null : value)
    if (plan.kind === 'custom') return value
    const words = t(`backups.scheduleChoice.${plan.kind}`)
    const [hour, minute] = plan.time.split(':').map(Number)
    return plan.kind === 'off' ? words : `${words} ${format.time(new Date(2000, 0, 1, hour, minute).getTime())}`
  }

  function encryption(value: string): string {
    const read = asObject(value)
    const kind = oneOf(String(read.kind), 'none', 'passphrase', 'recipients')
    if (kind === undefined) return value
    const words = t(`backups.encryptKind.${kind}`)
    return kind === 'recipients' && Array.isArray(read.recipients) ? `${words}: ${read.recipients.join(', ')}` : words
  }

  return (key, value) => {
    const theme = key === 'theme' && oneOf(value, 'system', 'light', 'dark')
    if (theme) return t(`settings.themes.${theme}`)
    const language = key === 'language' && oneOf(value, 'system', ...LANGUAGE_CODES)
    if (language) return language === 'system' ? t('settings.languageOfSystem') : LANGUAGES[language].name
    const file = key === 'backup.format' && oneOf(value, ...BackupFormat)
    if (file) return t(`backups.formats.${file}`)
    if (key === 'backup.schedule') return schedule(value)
    if (key === 'backup.encryption') return encryption(value)
    if (key.startsWith('model.') && !NUMBERS.has(key)) return value
    if (value === 'true' || value === 'false') return t(value === 'true' ? 'settings.isOn' : 'settings.isOff')
    if (value === 'null') return t('settings.never')
    return value !== '' && Number.isFinite(Number(value)) ? format.number(Number(value)) : value
  }
}

/** Of the model's settings those that are no names: a model may be called "7" or "null". */
const NUMBERS = new Set(['model.timeout_seconds', 'model.retries', 'model.parallel'])

function asObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    // A newer program may show it in another way; then it stands as it came.
    return {}
  }
}
