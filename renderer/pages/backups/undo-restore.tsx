import { Button, Group, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProgram } from '../../client/program.tsx'
import { useConfirm } from '../../components/confirm.tsx'
import { useTell } from '../../components/tell.tsx'
import { useFormat } from '../../i18n/format.ts'
import { FileSecret, needsSecret } from './file-secret.tsx'

/** The way back from the last restore, also after a restart: what it brings back, and what it keeps. Nothing where there is none. */
export function UndoRestore({ onUndone }: { onUndone?: () => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { api, queries } = useProgram()
  const confirm = useConfirm()
  const tell = useTell()
  const undoable = useQuery(api.restore.canUndo.queryOptions()).data
  const [locked, setLocked] = useState(false)
  const undo = useMutation(
    api.restore.undo.mutationOptions({
      onError: (error) => (needsSecret(error) ? setLocked(true) : tell.failure(error)),
      onSuccess: () => {
        void queries.invalidateQueries()
        tell.done(t('backups.undone'))
        onUndone?.()
      },
    }),
  )
  if (!undoable?.possible || undoable.restored_at === null) return null
  const text = t('backups.undoText', { time: format.when(undoable.restored_at), name: undoable.safety_backup ?? '' })
  const given = undo.variables?.passphrase ?? undo.variables?.identity
  const ask = async () => {
    if (await confirm({ title: t('backups.undoTitle'), body: text, confirm: t('backups.undo') })) undo.mutate({})
  }
  return (
    <>
      <Text size="sm" maw="72ch">
        {text}
        {undoable.kept_until !== null && ` ${t('backups.undoUntil', { time: format.date(undoable.kept_until) })}`}
      </Text>
      <Group>
        <Button size="compact-sm" variant="default" loading={undo.isPending} onClick={() => void ask()}>
          {t('backups.undo')}
        </Button>
      </Group>
      {locked && (
        <>
          <Text size="sm" maw="72ch">
            {t('backups.restorePage.lockedText', { name: undoable.safety_backup ?? '' })}
          </Text>
          <FileSecret waiting={undo.isPending} error={given === undefined ? null : undo.error} onOpen={undo.mutate} />
        </>
      )}
    </>
  )
}
