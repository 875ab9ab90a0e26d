import { SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Settings } from '../../../preload/contract/settings.ts'
import { useApi } from '../../client/program.tsx'
import { Section } from '../../components/page.tsx'
import { useFormat } from '../../i18n/format.ts'
import { LimitSetting, NumberSetting, SwitchSetting } from './fields.tsx'
import { useSetting } from './use-setting.ts'

const MOST_CALLS = 1_000_000
const LEAST_CHARACTERS = 10_000
const MOST_CHARACTERS = 1_000_000_000

/** What the people who write to bots may make the program spend. */
export function LimitsSection({ limits }: { limits: Settings['limits'] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const set = useSetting()
  const setLimit = (patch: Partial<Settings['limits']>) => set({ limits: patch })
  const used = useQuery(useApi().settings.modelUse.queryOptions()).data
  return (
    <Section title={t('settings.limits')}>
      <Stack>
        <div>
          <Title order={3}>{t('settings.limit.budgets')}</Title>
          <Text size="sm" mb="sm">
            {t('settings.limit.budgetsText')}
          </Text>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <LimitSetting
              label={t('settings.limit.chatCalls')}
              path="limits.chat_calls_per_day"
              min={1}
              max={MOST_CALLS}
              value={limits.chat_calls_per_day}
              onSet={(chat_calls_per_day) => setLimit({ chat_calls_per_day })}
            />
            <LimitSetting
              label={t('settings.limit.chatCharacters')}
              path="limits.chat_characters_per_day"
              min={LEAST_CHARACTERS}
              max={MOST_CHARACTERS}
              value={limits.chat_characters_per_day}
              onSet={(chat_characters_per_day) => setLimit({ chat_characters_per_day })}
            />
            <LimitSetting
              label={t('settings.limit.calls')}
              path="limits.calls_per_day"
              min={1}
              max={MOST_CALLS}
              value={limits.calls_per_day}
              onSet={(calls_per_day) => setLimit({ calls_per_day })}
            />
            <LimitSetting
              label={t('settings.limit.characters')}
              path="limits.characters_per_day"
              min={LEAST_CHARACTERS}
              max={MOST_CHARACTERS}
              value={limits.characters_per_day}
              onSet={(characters_per_day) => setLimit({ characters_per_day })}
            />
          </SimpleGrid>
          {used && (
            <Text size="sm" mt="sm">
              {t('settings.limit.used', {
                count: used.calls,
                formatted: format.number(used.calls),
                characters: format.number(used.characters),
              })}
            </Text>
          )}
        </div>
        <div>
          <Title order={3}>{t('settings.limit.lengths')}</Title>
          <Text size="sm" mb="sm">
            {t('settings.limit.lengthsText')}
          </Text>
          <SimpleGrid cols={{ base: 1, xs: 3 }}>
            <NumberSetting
              label={t('settings.limit.message')}
              path="limits.message_characters"
              min={200}
              max={100_000}
              value={limits.message_characters}
              onSet={(message_characters) => setLimit({ message_characters })}
            />
            <NumberSetting
              label={t('settings.limit.context')}
              path="limits.context_characters"
              min={0}
              max={1_000_000}
              value={limits.context_characters}
              onSet={(context_characters) => setLimit({ context_characters })}
            />
            <NumberSetting
              label={t('settings.limit.answer')}
              path="limits.messages_per_answer"
              min={1}
              max={50}
              value={limits.messages_per_answer}
              onSet={(messages_per_answer) => setLimit({ messages_per_answer })}
            />
          </SimpleGrid>
        </div>
        <SwitchSetting
          label={t('settings.limit.loops')}
          path="limits.stop_loops"
          value={limits.stop_loops}
          onSet={(stop_loops) => setLimit({ stop_loops })}
        />
      </Stack>
    </Section>
  )
}
