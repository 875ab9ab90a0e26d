import { Button, FileButton, Group, Title } from '@mantine/core'
import { lazy, Suspense, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProgram } from '../../client/program.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { useTell } from '../../components/tell.tsx'
import { download } from '../../components/use-export.ts'
import type { ChosenFile } from './import-dialog.tsx'

const ImportDialog = lazy(() => import('./import-dialog.tsx'))
/** As the contract takes it. */
const MAX_BYTES = 1_000_000

/** Settings to a file, and back from one. */
export function SettingsFile() {
  const { t } = useTranslation()
  const { client } = useProgram()
  const tell = useTell()
  const [chosen, setChosen] = useState<ChosenFile | null>(null)
  const reset = useRef<() => void>(null)
  const save = async () => {
    const file = await client.settings.exportFile()
    const address = URL.createObjectURL(file)
    download(address, 'whatslang-settings.json')
    setTimeout(() => URL.revokeObjectURL(address), 60_000)
  }
  const choose = async (file: File | null) => {
    // The same file may be chosen again after it was edited.
    reset.current?.()
    if (!file) return
    const name = oneLine(file.name, 80)
    if (file.size > MAX_BYTES) return tell.warn(t('settings.importTooLarge', { file: name }))
    try {
      setChosen({ id: crypto.randomUUID(), name, json: await file.text() })
    } catch {
      // Gone or locked since it was chosen.
      tell.warn(t('settings.importUnreadable', { file: name }))
    }
  }
  return (
    <div>
      <Title order={3} mb={8}>
        {t('settings.file')}
      </Title>
      <Group>
        <Button variant="default" onClick={() => void save().catch(tell.failure)}>
          {t('settings.export')}
        </Button>
        <FileButton
          accept="application/json,.json"
          resetRef={reset}
          onChange={(file) => void choose(file)}
          inputProps={{ 'aria-label': t('settings.import') }}
        >
          {(props) => (
            <Button variant="default" {...props}>
              {t('settings.import')}
            </Button>
          )}
        </FileButton>
      </Group>
      <Suspense>{chosen && <ImportDialog file={chosen} onClose={() => setChosen(null)} />}</Suspense>
    </div>
  )
}
