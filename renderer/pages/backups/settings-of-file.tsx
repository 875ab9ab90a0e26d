import { Checkbox, Stack, Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { RestorePreview } from '../../../preload/contract/backups.ts'
import { Section } from '../../components/page.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { ScrollBox } from '../../components/scroll-box.tsx'
import { useSettingWords } from './use-setting-words.ts'

interface Props {
  settings: RestorePreview['settings']
  taken: boolean
  onChange: (taken: boolean) => void
}

/** Settings that the file carries and that differ from today's. They are taken only where somebody asks for it. */
export function SettingsOfFile({ settings, taken, onChange }: Props) {
  const { t, i18n } = useTranslation()
  const words = useSettingWords()
  if (settings.length === 0) return null
  const title = (key: string) => {
    const path = `backups.restorePage.settingNames.${key.replaceAll('.', '_')}`
    return i18n.exists(path) ? t(path as 'backups.restorePage.settingNames.theme') : key
  }
  return (
    <Section title={t('backups.restorePage.settings', { count: settings.length })}>
      <Stack gap="sm">
        <Checkbox
          label={t('backups.restorePage.settingsTake', { count: settings.length })}
          description={t('backups.restorePage.settingsText')}
          checked={taken}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        <ScrollBox label={t('backups.restorePage.settingsTake', { count: settings.length })}>
          <Table verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                {(['setting', 'inFile', 'here'] as const).map((key) => (
                  <Table.Th key={key}>{t(`backups.restorePage.${key}`)}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {settings.map(({ key, in_file, here }) => (
                <Table.Tr key={key}>
                  <Table.Td>{title(key)}</Table.Td>
                  <Table.Td>
                    <bdi dir="auto">{oneLine(words(key, in_file), 120)}</bdi>
                  </Table.Td>
                  <Table.Td>
                    <bdi dir="auto">{oneLine(words(key, here), 120)}</bdi>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollBox>
      </Stack>
    </Section>
  )
}
