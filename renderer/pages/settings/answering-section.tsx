import { SimpleGrid, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Settings } from '../../../preload/contract/settings.ts'
import { Section } from '../../components/page.tsx'
import { NumberSetting, SwitchSetting } from './fields.tsx'
import { useSetting } from './use-setting.ts'

export function AnsweringSection({ answering }: { answering: Settings['answering'] }) {
  const { t } = useTranslation()
  const set = useSetting()
  return (
    <Section title={t('settings.answering')}>
      <Text size="sm" mb="md">
        {t('settings.pacing')}
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }} mb="md">
        <NumberSetting
          label={t('settings.catchUp')}
          path="answering.catch_up_minutes"
          min={0}
          max={10080}
          value={answering.catch_up_minutes}
          onSet={(catch_up_minutes) => set({ answering: { catch_up_minutes } })}
        />
        <NumberSetting
          label={t('settings.lifetime')}
          path="answering.answer_lifetime_minutes"
          min={1}
          max={1440}
          value={answering.answer_lifetime_minutes}
          onSet={(answer_lifetime_minutes) => set({ answering: { answer_lifetime_minutes } })}
        />
        <NumberSetting
          label={t('settings.perMinute')}
          path="answering.per_minute"
          min={1}
          max={60}
          value={answering.per_minute}
          onSet={(per_minute) => set({ answering: { per_minute } })}
        />
        <NumberSetting
          label={t('settings.perChat')}
          path="answering.per_chat_per_minute"
          min={1}
          max={60}
          value={answering.per_chat_per_minute}
          onSet={(per_chat_per_minute) => set({ answering: { per_chat_per_minute } })}
        />
      </SimpleGrid>
      <SwitchSetting
        label={t('settings.typing')}
        path="answering.typing"
        value={answering.typing}
        onSet={(typing) => set({ answering: { typing } })}
      />
    </Section>
  )
}
