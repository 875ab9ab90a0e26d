import { Checkbox, Stack, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { RestorePreview } from '../../../preload/contract/restore.ts'
import { Section } from '../../components/page.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { ScrollBox } from '../../components/scroll-box.tsx'
import { useSettingName, useSettingWords } from './use-setting-words.ts'

interface Props {
  settings: RestorePreview['settings']
  taken: boolean
  onChange: (taken: boolean) => void
}

/** Settings that the file carries and that differ from today's. They are taken only where somebody asks for it. */
export function SettingsOfFile({ settings, taken, onChange }: Props) {
  const { t } = useTranslation()
  const words = useSettingWords()
  const title = useSettingName()
  if (settings.length === 0) return null
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
              {settings.map(({ key, in_file, here, consequence }) => (
                <Table.Tr key={key}>
                  <Table.Td>
                    {title(key)}
                    {consequence !== undefined && (
                      <Text size="sm" fw={600}>
                        {t(`settings.consequence.${consequence}`)}
                      </Text>
                    )}
                  </Table.Td>
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
