import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Settings, SettingsDoubt } from '../../preload/contract/settings.ts'
import { useProgram } from '../client/program.tsx'
import { useSettingName, useSettingWords } from '../pages/backups/use-setting-words.ts'
import { Facts } from './facts.tsx'
import { oneLine } from './plain-text.ts'
import { useTell } from './tell.tsx'
import { useAction } from './use-action.ts'

/** Those that decide what is kept, deleted, or readable by others. */
const WEIGHTY = [
  'backup.encryption',
  'backup.folder',
  'backup.keep.last',
  'backup.keep.daily',
  'backup.keep.weekly',
  'backup.keep.monthly',
  'backup.keep.yearly',
  'backup.keep.days',
  'backup.undo_days',
  'retention.message_text_days',
]

/** What happened to the settings, in a sentence. */
export function useDoubtWords(): (doubt: SettingsDoubt) => string {
  const { t } = useTranslation()
  const name = useSettingName()
  return ({ why, instead, keys }) =>
    why === 'values'
      ? t('settings.doubt.values', { count: keys.length, names: keys.map(name).join(', ') })
      : t(`settings.doubt.${why}`, { instead: t(`settings.doubt.${instead}`) })
}

/** Says which settings are in force although the file could not be read, and lets the user confirm them. */
export function SettingsInDoubt({ doubt, settings }: { doubt: SettingsDoubt; settings: Settings }) {
  const { t } = useTranslation()
  const { api, queries } = useProgram()
  const tell = useTell()
  const sentence = useDoubtWords()
  const name = useSettingName()
  const words = useSettingWords()
  const confirm = useAction(
    api.settings.confirm.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: api.settings.key() })
        void queries.invalidateQueries({ queryKey: api.health.key() })
        tell.done(t('settings.doubt.confirmed'))
      },
    }),
  )
  const shown = doubt.keys.length === 0 ? WEIGHTY : doubt.keys
  const value = (key: string) => {
    const found = key
      .split('.')
      .reduce<unknown>((at, part) => (at instanceof Object ? Reflect.get(at, part) : undefined), settings)
    if (key === 'backup.folder' && found === null) return t('backups.folderOwn')
    return oneLine(words(key, typeof found === 'string' ? found : JSON.stringify(found ?? null)), 200)
  }
  return (
    <Alert
      color="red"
      mb="md"
      styles={{ body: { minWidth: 0 } }}
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={t('settings.doubt.title')}
    >
      <Stack gap="sm" style={{ overflowWrap: 'anywhere' }}>
        <Text size="sm">
          {sentence(doubt)} {t('settings.doubt.waits')}
        </Text>
        {doubt.kept_as !== null && <Text size="sm">{t('settings.doubt.kept', { file: doubt.kept_as })}</Text>}
        <Facts facts={shown.map((key) => [name(key), value(key)])} />
        <Group>
          <Button loading={confirm.isPending} onClick={() => confirm.mutate({})}>
            {t('settings.doubt.confirm')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}
