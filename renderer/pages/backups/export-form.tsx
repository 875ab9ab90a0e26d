import { Button, Group, Select, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExportFormat as Format } from '../../../preload/contract/backups.ts'
import { Section } from '../../components/page.tsx'
import { useExport } from '../../components/use-export.ts'
import { ExportFormat } from './formats.ts'

export function ExportForm() {
  const { t } = useTranslation()
  const save = useExport()
  const [format, setFormat] = useState<Format>('db')
  return (
    <Section title={t('backups.export')}>
      <Text mb="sm" maw="72ch">
        {t('backups.exportText')}
      </Text>
      <Group align="flex-end">
        <Select
          label={t('backups.format')}
          miw={260}
          data={ExportFormat.map((value) => ({ value, label: t(`backups.exportFormats.${value}`) }))}
          value={format}
          onChange={(value) => setFormat(ExportFormat.find((known) => known === value) ?? 'db')}
        />
        <Button variant="default" onClick={() => void save(format)}>
          {t('backups.exportDo')}
        </Button>
      </Group>
    </Section>
  )
}
