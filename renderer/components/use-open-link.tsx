import { Code, Stack, Text } from '@mantine/core'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { useProgram } from '../client/program.tsx'
import { useConfirm } from './confirm.tsx'
import { isOpenable } from './links.ts'
import { useTell } from './tell.tsx'

/**
 * The one place of the page that opens an address. The desktop program asks in its own window and remembers the hosts that were trusted; a
 * browser asks here, with the address as it stands on the wire.
 */
export function useOpenLink() {
  const { t } = useTranslation()
  const { api, client, queries } = useProgram()
  const confirm = useConfirm()
  const tell = useTell()
  return useCallback(
    async (href: string) => {
      if (!isOpenable(href)) return
      if (window.whatslang) {
        await client.host.openLink({ url: href }).catch(tell.failure)
        return
      }
      const url = new URL(href)
      const known = queries.getQueryData(api.settings.get.queryKey())?.settings.desktop.trusted_hosts ?? []
      const sure =
        known.includes(url.host) ||
        (await confirm({
          title: t('link.title', { host: url.host }),
          body: (
            <Stack gap="sm">
              <Text size="sm">{t('link.text')}</Text>
              <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                {url.href}
              </Code>
            </Stack>
          ),
          confirm: t('link.open'),
          harmless: true,
        }))
      if (sure) window.open(url.href, '_blank', 'noopener,noreferrer')
    },
    [api, client, confirm, queries, t, tell],
  )
}
