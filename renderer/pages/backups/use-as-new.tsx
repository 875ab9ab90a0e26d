import { Button, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useProgram } from '../../client/program.tsx'
import { useConfirm } from '../../components/confirm.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'

/** Where the disk of the folder is not there: the user says that the folder is meant all the same. */
export function UseAsNew() {
  const { t } = useTranslation()
  const { api } = useProgram()
  const confirm = useConfirm()
  const tell = useTell()
  const use = useAction(api.backups.renewFolder.mutationOptions({ onSuccess: () => tell.done(t('backups.usedAsNew')) }))
  const ask = async () => {
    const sure = await confirm({
      title: t('backups.useAsNewTitle'),
      body: t('backups.useAsNewText'),
      confirm: t('backups.useAsNew'),
    })
    if (sure) use.mutate({})
  }
  return (
    <Group mb="sm">
      <Button size="compact-sm" variant="default" loading={use.isPending} onClick={() => void ask()}>
        {t('backups.useAsNew')}
      </Button>
    </Group>
  )
}
