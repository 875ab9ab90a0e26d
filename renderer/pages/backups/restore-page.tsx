import { Button, Checkbox, Group, Radio, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RestorePreview } from '../../../preload/contract/backups.ts'
import { useApi, useProgram } from '../../client/program.tsx'
import { useConfirm } from '../../components/confirm.tsx'
import { Empty, Failed, Page, Section, Waiting } from '../../components/page.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { useAction } from '../../components/use-action.ts'
import { useFormat } from '../../i18n/format.ts'
import { FileSecret, needsSecret, type Secret } from './file-secret.tsx'
import { PreviewFacts, PreviewNotes } from './preview-facts.tsx'
import { PreviewTables } from './preview-tables.tsx'
import { Restored } from './restored.tsx'

/** The one way back: what is in the file, what would change, and only then the button that does it. */
export function RestorePage() {
  const { t } = useTranslation()
  const { upload, name } = useSearch({ from: '/restore' })
  const [mode, setMode] = useState<'replace' | 'merge'>('replace')
  const [secret, setSecret] = useState<Secret>({})
  const preview = useQuery(
    useApi().restore.preview.queryOptions({
      input: { upload, mode, switch_on: false, ...secret },
      enabled: upload !== '',
      gcTime: 0,
      placeholderData: (old) => old,
    }),
  )
  const apply = useAction(useApi().restore.apply.mutationOptions())
  const data = preview.data
  if (apply.data)
    return (
      <Page title={t('backups.restorePage.title')}>
        <Restored result={apply.data} />
      </Page>
    )
  return (
    <Page title={t('backups.restorePage.title')} wide>
      {upload === '' && (
        <Empty text={t('backups.restorePage.gone')}>
          <Button variant="default" renderRoot={(props) => <Link to="/backups" {...props} />}>
            {t('nav.backups')}
          </Button>
        </Empty>
      )}
      {preview.isPending && upload !== '' && (
        <div role="status">
          <Text mb="md">{t('backups.restorePage.looking')}</Text>
          <Waiting rows={6} />
        </div>
      )}
      {preview.error && !data && (
        <>
          <Failed error={preview.error} onRetry={() => void preview.refetch()} />
          {needsSecret(preview.error) && (
            <Group justify="center">
              <FileSecret waiting={preview.isFetching} onOpen={setSecret} />
            </Group>
          )}
        </>
      )}
      {data && (
        <>
          <PreviewFacts preview={data} name={name || data.file_name} />
          <Section title={t('backups.restorePage.mode')}>
            <Radio.Group
              aria-label={t('backups.restorePage.mode')}
              value={mode}
              onChange={(value) => setMode(value === 'merge' ? 'merge' : 'replace')}
            >
              <Stack gap="sm">
                {(['replace', 'merge'] as const).map((value) => (
                  <Radio
                    key={value}
                    value={value}
                    label={t(`backups.restorePage.${value}`)}
                    description={t(`backups.restorePage.${value}Text`)}
                  />
                ))}
              </Stack>
            </Radio.Group>
          </Section>
          <PreviewTables preview={data} />
          <PreviewNotes preview={data} />
          <Confirmation
            preview={data}
            name={name || data.file_name}
            waiting={apply.isPending || preview.isPlaceholderData}
            onApply={(switchOn) => apply.mutate({ upload, mode, switch_on: switchOn, ...secret })}
          />
        </>
      )}
    </Page>
  )
}

interface Props {
  preview: RestorePreview
  name: string
  waiting: boolean
  onApply: (switchOn: boolean) => void
}

function Confirmation({ preview, name, waiting, onApply }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const { client } = useProgram()
  const navigate = useNavigate()
  const confirm = useConfirm()
  const [switchOn, setSwitchOn] = useState(false)
  const lost = preview.tables.reduce((sum, table) => sum + table.lost, 0)
  const messages = preview.tables.find((table) => table.table === 'messages')?.in_file ?? 0
  const label =
    messages > 0
      ? t('backups.restorePage.apply', { count: messages, formatted: format.number(messages) })
      : t('backups.restorePage.applyPlain')
  const ask = async () => {
    const sure = await confirm({
      title: t('backups.restorePage.applyTitle', { name: oneLine(name, 80) }),
      body: (
        <>
          {lost > 0 && (
            <Text fw={600}>{t('backups.restorePage.applyLost', { count: lost, formatted: format.number(lost) })}</Text>
          )}
          <Text>{t('backups.restorePage.applyText')}</Text>
        </>
      ),
      confirm: label,
      harmless: lost === 0,
    })
    if (sure) onApply(switchOn)
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
      {preview.assignments_switched_off > 0 && (
        <Checkbox
          label={t('backups.restorePage.switchOn')}
          checked={switchOn}
          onChange={(event) => setSwitchOn(event.currentTarget.checked)}
        />
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={leave}>
          {t('backups.restorePage.keep')}
        </Button>
        <Button loading={waiting} onClick={() => void ask()}>
          {label}
        </Button>
      </Group>
    </Stack>
  )
}
