import { Alert, Button, Checkbox, Group, Modal, Stack, Table, Text, Title } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ImportPreview } from '../../../preload/contract/settings.ts'
import { useProgram } from '../../client/program.tsx'
import { Waiting } from '../../components/page.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { ScrollBox } from '../../components/scroll-box.tsx'
import { explain, useTell } from '../../components/tell.tsx'
import { useReturnFocus } from '../../components/use-return-focus.ts'
import { useSettingName, useSettingWords } from '../backups/use-setting-words.ts'
import classes from './import-dialog.module.css'
import { LeftOut } from './left-out.tsx'

export interface ChosenFile {
  id: string
  name: string
  json: string
}
type Differences = ImportPreview['differences']

/** What a file of settings would change, and then exactly that. What has a consequence is taken only where it is ticked. */
export default function ImportDialog({ file, onClose }: { file: ChosenFile; onClose: () => void }) {
  const { t } = useTranslation()
  useReturnFocus()
  const { api, client } = useProgram()
  const tell = useTell()
  const [accepted, setAccepted] = useState<readonly string[]>([])
  const preview = useQuery({
    // Below the settings: a change of them is compared with at once.
    queryKey: [...api.settings.importPreview.key(), file.id],
    queryFn: () => client.settings.importPreview({ json: file.json }),
    gcTime: 0,
    retry: false,
  })
  const load = useMutation({
    mutationFn: (digest: string) => client.settings.importFile({ json: file.json, digest, accept: [...accepted] }),
    networkMode: 'always',
    onSuccess: () => {
      tell.done(t('settings.imported'))
      onClose()
    },
    onError: () => void preview.refetch(),
  })
  const { data } = preview
  const risky = data?.differences.filter(({ consequence }) => consequence !== null) ?? []
  const taken = (data?.differences.length ?? 0) - risky.filter(({ key }) => !accepted.includes(key)).length
  return (
    <Modal
      opened
      size="xl"
      onClose={onClose}
      title={t('settings.importTitle')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack>
        {preview.isPending && <Waiting rows={4} />}
        {preview.error && !data && (
          <Alert color="red" role="alert">
            {explain(preview.error, t)}
          </Alert>
        )}
        {data && (
          <>
            <Text>
              {data.differences.length === 0
                ? t('settings.importNone', { file: file.name })
                : t('settings.importText', { count: data.differences.length, file: file.name })}
            </Text>
            {data.differences.length > 0 && <DifferenceTable differences={data.differences} />}
            {risky.length > 0 && <Consequences risky={risky} accepted={accepted} onChange={setAccepted} />}
            <LeftOut preview={data} />
          </>
        )}
        {load.error && (
          <Alert color="red" role="alert">
            {explain(load.error, t)}
          </Alert>
        )}
        <Group justify="flex-end" className={classes.buttons}>
          <Button variant="default" data-autofocus onClick={onClose}>
            {t(data && data.differences.length > 0 ? 'action.cancel' : 'action.close')}
          </Button>
          {data && data.differences.length > 0 && (
            <Button
              color={accepted.length > 0 ? 'red.8' : 'teal'}
              disabled={taken === 0}
              loading={load.isPending}
              onClick={() => load.mutate(data.digest)}
            >
              {t('settings.importDo')}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  )
}

function DifferenceTable({ differences }: { differences: Differences }) {
  const { t } = useTranslation()
  const words = useSettingWords()
  const name = useSettingName()
  return (
    <ScrollBox label={t('settings.importTitle')}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            {(['setting', 'now', 'inFile'] as const).map((key) => (
              <Table.Th key={key}>{t(`settings.${key}`)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {differences.map(({ key, now, file }) => (
            <Table.Tr key={key}>
              <Table.Td>{name(key)}</Table.Td>
              {[now, file].map((value, column) => (
                <Table.Td key={column === 0 ? 'now' : 'file'} style={{ overflowWrap: 'anywhere' }}>
                  <bdi dir="auto">{oneLine(words(key, value), 300)}</bdi>
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollBox>
  )
}

function Consequences(props: {
  risky: Differences
  accepted: readonly string[]
  onChange: (accepted: readonly string[]) => void
}) {
  const { t } = useTranslation()
  const name = useSettingName()
  const words = useSettingWords()
  const { risky, accepted, onChange } = props
  return (
    <Stack gap="sm" style={{ overflowWrap: 'anywhere' }}>
      <Group gap={8}>
        <IconAlertTriangle size={18} color="var(--w-warning)" aria-hidden />
        <Title order={3}>{t('settings.consequences')}</Title>
      </Group>
      {risky.map(({ key, file, consequence }) => (
        <Checkbox
          key={key}
          label={`${name(key)}: ${oneLine(words(key, file), 80)}`}
          description={consequence === null ? undefined : t(`settings.consequence.${consequence}`)}
          checked={accepted.includes(key)}
          onChange={(event) =>
            onChange(event.currentTarget.checked ? [...accepted, key] : accepted.filter((other) => other !== key))
          }
        />
      ))}
    </Stack>
  )
}
