import { Button, Checkbox, Group, Stack, Text } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RestorePreview } from '../../../preload/contract/restore.ts'
import { useProgram } from '../../client/program.tsx'
import { useConfirm } from '../../components/confirm.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { useFormat } from '../../i18n/format.ts'
import type { Choice } from './restore-choice.tsx'
import { SettingsOfFile } from './settings-of-file.tsx'
import { useLost } from './use-lost.ts'

interface Props {
  preview: RestorePreview
  choice: Choice
  name: string
  /** The preview is not of this choice yet, or the restore runs. */
  waiting: boolean
  /** Nothing is chosen. */
  disabled: boolean
  onApply: (options: { switch_on: boolean; settings: boolean }) => void
}

/** The last look, the button that names what it does, and the question before it. */
export function RestoreConfirmation({ preview, choice, name, waiting, disabled, onApply }: Props) {
  const { t } = useTranslation()
  const { client } = useProgram()
  const navigate = useNavigate()
  const confirm = useConfirm()
  const [switchOn, setSwitchOn] = useState(false)
  const [settings, setSettings] = useState(false)
  const lost = useLost(preview.tables)
  const label = useLabel(preview, choice)
  const consequences = [...new Set(preview.settings.flatMap(({ consequence }) => consequence ?? []))]
  const ask = async () => {
    const sure = await confirm({
      title: t('backups.restorePage.applyTitle', { name: oneLine(name, 80) }),
      body: (
        <Stack gap="xs">
          {lost !== null && <Text fw={600}>{lost}</Text>}
          {choice.part !== 'all' && <Text>{t('backups.restorePage.applyPart')}</Text>}
          {settings && <Text>{t('backups.restorePage.applySettings', { count: preview.settings.length })}</Text>}
          {settings &&
            consequences.map((consequence) => (
              <Text key={consequence} fw={600}>
                {t(`settings.consequence.${consequence}`)}
              </Text>
            ))}
          <Text>{t('backups.restorePage.applyText')}</Text>
        </Stack>
      ),
      confirm: label,
      harmless: lost === null && !(settings && consequences.length > 0),
    })
    if (sure) onApply({ switch_on: switchOn, settings })
  }
  const leave = () => {
    void navigate({ to: '/backups' })
    client.restore.discard({ upload: preview.upload }).catch((error: unknown) => {
      // The host forgets uploads by itself after a while.
      console.warn('The file was not discarded.', error instanceof Error ? error.name : 'unknown')
    })
  }
  return (
    <Stack>
      <SettingsOfFile settings={preview.settings} taken={settings} onChange={setSettings} />
      {preview.assignments_switched_off > 0 && (
        <Checkbox
          label={t('backups.restorePage.switchOn')}
          checked={switchOn}
          onChange={(event) => setSwitchOn(event.currentTarget.checked)}
        />
      )}
      <Group justify="flex-end">
        {disabled && (
          <Text size="sm" c="dimmed">
            {t('backups.restorePage.chooseChats')}
          </Text>
        )}
        <Button variant="default" onClick={leave}>
          {t('backups.restorePage.keep')}
        </Button>
        <Button loading={waiting} disabled={disabled} onClick={() => void ask()}>
          {label}
        </Button>
      </Group>
    </Stack>
  )
}

function useLabel(preview: RestorePreview, { part, chats }: Choice): string {
  const { t } = useTranslation()
  const format = useFormat()
  if (part === 'assignments') return t('backups.restorePage.applyAssignments')
  if (part === 'chats') return t('backups.restorePage.applyChats', { count: chats.length })
  const messages = preview.tables.find((table) => table.table === 'messages')?.in_file ?? 0
  if (messages === 0) return t('backups.restorePage.applyPlain')
  return t('backups.restorePage.apply', { count: messages, formatted: format.number(messages) })
}
