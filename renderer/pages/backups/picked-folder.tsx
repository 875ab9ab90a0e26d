import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useProgram } from '../../client/program.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'

/** On the desktop the folder of the backups comes from a native dialog: the page itself can name no place on the disk. */
export function PickedFolder({ folder }: { folder: string | null }) {
  const { t } = useTranslation()
  const { api } = useProgram()
  const tell = useTell()
  const saved = () => tell.done(t('backups.saved'))
  const pick = useAction(
    api.host.pickBackupFolder.mutationOptions({
      onSuccess: ({ path }) => {
        if (path !== null) saved()
      },
    }),
  )
  const reset = useAction(api.settings.update.mutationOptions({ onSuccess: saved }))
  return (
    <Stack gap={8}>
      <TextInput label={t('backups.folderField')} value={folder ?? t('backups.folderOwn')} readOnly />
      <Group gap={8}>
        <Button size="compact-sm" variant="default" loading={pick.isPending} onClick={() => pick.mutate({})}>
          {t('backups.folderChoose')}
        </Button>
        {folder !== null && (
          <Button
            size="compact-sm"
            variant="default"
            loading={reset.isPending}
            onClick={() => reset.mutate({ backup: { folder: null } })}
          >
            {t('backups.folderDefault')}
          </Button>
        )}
      </Group>
    </Stack>
  )
}
