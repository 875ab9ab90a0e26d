import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../client/program.tsx'
import { Facts } from '../../components/facts.tsx'
import { FilePick } from '../../components/file-pick.tsx'
import { tellWhy } from '../../i18n/told.ts'

/** Where the data lives, and bringing it from elsewhere: before linking, so that nothing is answered twice. */
export function DataStep() {
  const { t } = useTranslation()
  const api = useApi()
  const info = useQuery(api.host.info.queryOptions()).data
  const folder = useMutation(api.host.pickDataFolder.mutationOptions())
  return (
    <Stack>
      <Title order={2}>{t('welcome.where')}</Title>
      <Text maw="72ch">{t('welcome.whereText')}</Text>
      {info && (
        <Facts
          facts={[
            [t('welcome.folder'), info.data_directory],
            [t('welcome.database'), info.database.path],
          ]}
        />
      )}
      {info && info.database.source !== 'default' && (
        <Text size="sm">{t('welcome.dbPath', { why: tellWhy(info.database) })}</Text>
      )}
      {info?.capabilities.includes('pick-folder') && (
        <Group>
          <Button variant="default" loading={folder.isPending} onClick={() => folder.mutate({})}>
            {t('welcome.changeFolder')}
          </Button>
          {folder.data?.path && <Text size="sm">{t('welcome.restartNeeded', { path: folder.data.path })}</Text>}
        </Group>
      )}
      <Title order={2} mt="sm">
        {t('welcome.bring')}
      </Title>
      <Text maw="72ch">{t('welcome.bringText')}</Text>
      <Group>
        <FilePick label={t('welcome.pick')} />
        <Text size="sm" c="dimmed">
          {t('welcome.dropHint')} {t('welcome.noData')}
        </Text>
      </Group>
    </Stack>
  )
}
