import { Button, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useProgram } from '../../client/program.tsx'
import { useConfirm } from '../../components/confirm.tsx'
import { FilePick } from '../../components/file-pick.tsx'
import { Section } from '../../components/page.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'
import { useFormat } from '../../i18n/format.ts'
import { FileSecret, needsSecret } from './file-secret.tsx'

export function RestoreSection() {
  const { t } = useTranslation()
  const format = useFormat()
  const { api, queries } = useProgram()
  const confirm = useConfirm()
  const tell = useTell()
  const undoable = useQuery(api.restore.canUndo.queryOptions()).data
  const undo = useAction(
    api.restore.undo.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries()
        tell.done(t('backups.undone'))
      },
    }),
  )
  const text =
    undoable?.possible && undoable.restored_at !== null
      ? t('backups.undoText', { time: format.when(undoable.restored_at) })
      : null
  const ask = async () => {
    if (await confirm({ title: t('backups.undoTitle'), body: text, confirm: t('backups.undo') })) undo.mutate({})
  }
  return (
    <Section title={t('backups.fromFile')}>
      <Stack gap="sm">
        <Text maw="72ch">{t('backups.fromFileText')}</Text>
        <Group>
          <FilePick label={t('backups.pick')} />
        </Group>
        {text && (
          <Group>
            <Text size="sm">{text}</Text>
            <Button size="compact-sm" variant="default" loading={undo.isPending} onClick={() => void ask()}>
              {t('backups.undo')}
            </Button>
          </Group>
        )}
        {needsSecret(undo.error) && <FileSecret waiting={undo.isPending} onOpen={undo.mutate} />}
      </Stack>
    </Section>
  )
}
