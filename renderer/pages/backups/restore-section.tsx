import { Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { FilePick } from '../../components/file-pick.tsx'
import { Section } from '../../components/page.tsx'
import { UndoRestore } from './undo-restore.tsx'

export function RestoreSection() {
  const { t } = useTranslation()
  return (
    <Section title={t('backups.fromFile')}>
      <Stack gap="sm">
        <Text maw="72ch">{t('backups.fromFileText')}</Text>
        <Group>
          <FilePick label={t('backups.pick')} />
        </Group>
        <UndoRestore />
      </Stack>
    </Section>
  )
}
