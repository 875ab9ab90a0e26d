import { Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi, useProgram } from '../../client/program.tsx'
import { Empty, Failed, Page, Section, Waiting } from '../../components/page.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'
import { BackupTable } from './backup-table.tsx'
import { DrillSection } from './drill-section.tsx'
import { EncryptionForm } from './encryption-form.tsx'
import { ExportForm } from './export-form.tsx'
import { FolderState } from './folder-state.tsx'
import { PlanForm } from './plan-form.tsx'
import { RestoreSection } from './restore-section.tsx'

export function BackupsPage() {
  const { t } = useTranslation()
  const { api, queries } = useProgram()
  const tell = useTell()
  const list = useQuery(useApi().backups.list.queryOptions())
  const status = useQuery(api.backups.status.queryOptions()).data
  const settings = useQuery(api.settings.get.queryOptions()).data
  const create = useAction(
    api.backups.create.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: api.backups.key() })
        tell.done(t('backups.made'))
      },
    }),
  )
  const backUp = (
    <Button loading={create.isPending} onClick={() => create.mutate({})}>
      {t('backups.now')}
    </Button>
  )
  const none = list.data?.length === 0
  return (
    <Page title={t('backups.title')} wide actions={!none && backUp}>
      <Section
        title={t('backups.list')}
        aside={
          status && (
            <Text size="sm" c="dimmed">
              {t('backups.folder', { folder: status.folder })}
            </Text>
          )
        }
      >
        {status && <FolderState status={status} />}
        {list.isPending && <Waiting rows={5} />}
        {list.error && !list.data && <Failed error={list.error} onRetry={() => void list.refetch()} />}
        {none && <Empty text={t('backups.none')}>{backUp}</Empty>}
        {list.data && list.data.length > 0 && (
          <BackupTable backups={list.data} days={settings?.settings.backup.keep.days} />
        )}
      </Section>
      <RestoreSection />
      <DrillSection />
      {settings ? (
        <>
          <PlanForm backup={settings.settings.backup} />
          <EncryptionForm backup={settings.settings.backup} hasPassphrase={settings.secrets.backup_passphrase} />
        </>
      ) : (
        <Waiting rows={2} height={120} />
      )}
      <Group grow>
        <ExportForm />
      </Group>
    </Page>
  )
}
