import { Button, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Settings } from '../../../preload/contract/settings.ts'
import { useApi } from '../../client/program.tsx'
import { Section } from '../../components/page.tsx'
import { SwitchSetting } from './fields.tsx'
import { Updates } from './updates.tsx'
import { useSetting } from './use-setting.ts'

/** What only the desktop program has. */
export function DesktopSection({ desktop }: { desktop: Settings['desktop'] }) {
  const { t } = useTranslation()
  const set = useSetting()
  const info = useQuery(useApi().host.info.queryOptions()).data
  if (info?.kind !== 'desktop') return null
  return (
    <Section title={t('settings.desktop')}>
      <Stack>
        {info.capabilities.includes('login-item') && (
          <SwitchSetting
            label={t('settings.login')}
            path="desktop.start_at_login"
            value={desktop.start_at_login}
            onSet={(start_at_login) => set({ desktop: { start_at_login } })}
          />
        )}
        {info.capabilities.includes('tray') && (
          <SwitchSetting
            label={t('settings.tray')}
            path="desktop.close_to_tray"
            value={desktop.close_to_tray}
            onSet={(close_to_tray) => set({ desktop: { close_to_tray } })}
          />
        )}
        <SwitchSetting
          label={t('settings.notifications')}
          path="desktop.notifications"
          value={desktop.notifications}
          onSet={(notifications) => set({ desktop: { notifications } })}
        />
        <Text fw={600}>{t('settings.trusted')}</Text>
        {desktop.trusted_hosts.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('settings.trustedNone')}
          </Text>
        )}
        {desktop.trusted_hosts.map((host) => (
          <Group key={host} justify="space-between">
            <Text>{host}</Text>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t('settings.distrust', { host })}
              onClick={() =>
                set({ desktop: { trusted_hosts: desktop.trusted_hosts.filter((other) => other !== host) } })
              }
            >
              {t('action.remove')}
            </Button>
          </Group>
        ))}
        {info.capabilities.includes('updates') && <Updates feed={desktop.update_feed} update={info.update} />}
      </Stack>
    </Section>
  )
}
