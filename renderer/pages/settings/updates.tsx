import { Alert, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { HostInfo } from '../../../preload/contract/host.ts'
import { useProgram } from '../../client/program.tsx'
import { explain, useTell } from '../../components/tell.tsx'

/** The only one that is taken. */
const SCHEME = 'https://'

/** Where the desktop program looks for a newer version. A native dialog asks before a change, with the address. */
export function Updates({ feed, update }: { feed: string | null; update: HostInfo['update'] }) {
  const { t } = useTranslation()
  const { api, queries } = useProgram()
  const tell = useTell()
  const [url, setUrl] = useState(feed ?? '')
  useEffect(() => setUrl(feed ?? ''), [feed])
  const change = useMutation(
    api.host.changeUpdateFeed.mutationOptions({
      onSuccess: ({ changed }) => {
        if (!changed) return
        void queries.invalidateQueries({ queryKey: api.settings.key() })
        tell.done(t('settings.saved'))
      },
    }),
  )
  const wanted = url.trim() || null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate({ url: wanted })
  }
  return (
    <Stack gap="sm">
      <Title order={3}>{t('settings.updates')}</Title>
      {update && (
        <Alert color="teal" icon={<IconDownload size={18} aria-hidden />}>
          {t(`settings.update.${update.state}`, { version: update.version })}
        </Alert>
      )}
      <form onSubmit={submit}>
        <Group align="flex-end">
          <TextInput
            flex={1}
            miw={200}
            type="url"
            label={t('settings.updateFeed')}
            description={t('settings.updateFeedHint')}
            placeholder={SCHEME}
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
            maxLength={500}
          />
          <Button type="submit" variant="default" disabled={wanted === feed} loading={change.isPending}>
            {t('settings.updateFeedChange')}
          </Button>
        </Group>
      </form>
      {change.error && (
        <Text c="var(--mantine-color-error)" size="sm" role="alert">
          {explain(change.error, t)}
        </Text>
      )}
    </Stack>
  )
}
