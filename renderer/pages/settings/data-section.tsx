import { Button, Group, NumberInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Settings } from '../../../preload/contract/settings.ts'
import { useProgram } from '../../client/program.tsx'
import { useConfirm } from '../../components/confirm.tsx'
import { Section } from '../../components/page.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'
import { SwitchSetting } from './fields.tsx'
import { SettingsFile } from './settings-file.tsx'
import { useSetting } from './use-setting.ts'

interface Stored {
  settings: Settings
  secrets: { backend: string }
}

export function DataSection({ settings: stored }: { settings: Stored }) {
  const { t } = useTranslation()
  const { retention } = stored.settings
  const set = useSetting()
  const { backend } = stored.secrets
  const plain = backend === 'file' || backend === 'plain-keychain' ? backend : null
  return (
    <Section title={t('settings.data')}>
      <Stack>
        <Retention days={retention.message_text_days} />
        <SwitchSetting
          label={t('settings.secureDelete')}
          path="retention.secure_delete"
          value={retention.secure_delete}
          onSet={(secure_delete) => set({ retention: { secure_delete } })}
        />
        <div>
          <Title order={3}>{t('settings.secrets')}</Title>
          <Text size="sm">
            {plain ? t(`settings.backend.${plain}`) : t('settings.backend.other', { name: backend })}
          </Text>
        </div>
        <SettingsFile />
        <Reset />
      </Stack>
    </Section>
  )
}

function Retention({ days }: { days: number | null }) {
  const { t } = useTranslation()
  const { api } = useProgram()
  const set = useSetting()
  const confirm = useConfirm()
  const tell = useTell()
  const [typed, setTyped] = useState<number | string>(days ?? '')
  useEffect(() => setTyped(days ?? ''), [days])
  const commit = () => {
    const value = typed === '' ? null : Math.min(36500, Math.max(1, Math.round(Number(typed))))
    if (value !== days) set({ retention: { message_text_days: value } })
  }
  const forget = useAction(
    api.data.applyRetention.mutationOptions({
      onSuccess: ({ messages }) => tell.done(t('settings.retentionDone', { count: messages })),
    }),
  )
  const ask = async () => {
    const sure = await confirm({
      title: t('settings.retentionTitle', { days }),
      body: t('settings.retentionText'),
      confirm: t('settings.retentionNow'),
    })
    if (sure) forget.mutate({})
  }
  return (
    <Group align="flex-end">
      <NumberInput
        label={t('settings.retention')}
        description={t('settings.retentionHint')}
        min={1}
        max={36500}
        value={typed}
        onChange={setTyped}
        onBlur={commit}
      />
      {days !== null && (
        <Button variant="default" loading={forget.isPending} onClick={() => void ask()}>
          {t('settings.retentionNow')}
        </Button>
      )}
    </Group>
  )
}

function Reset() {
  const { t } = useTranslation()
  const { api, queries } = useProgram()
  const tell = useTell()
  const [typed, setTyped] = useState('')
  const word = t('settings.word')
  const reset = useAction(
    api.data.reset.mutationOptions({
      onSuccess: ({ safety_backup }) => {
        setTyped('')
        void queries.invalidateQueries()
        tell.done(t('settings.resetDone', { name: safety_backup }))
      },
    }),
  )
  return (
    <div>
      <Title order={3} mb={8}>
        {t('settings.reset')}
      </Title>
      <Text size="sm" mb="sm" maw="72ch">
        {t('settings.resetText')}
      </Text>
      <Group align="flex-end">
        <TextInput
          label={t('settings.resetWord', { word })}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
        />
        <Button
          color="red.8"
          disabled={typed !== word}
          loading={reset.isPending}
          onClick={() => reset.mutate({ confirmation: 'delete everything' })}
        >
          {t('settings.resetDo')}
        </Button>
      </Group>
    </div>
  )
}
