import { Alert, Select, SimpleGrid } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { LANGUAGE_CODES, LANGUAGES } from '../../../preload/contract/languages.ts'
import { useApi } from '../../client/program.tsx'
import { ModelForm } from '../../components/model-form.tsx'
import { Failed, Page, Section, Waiting } from '../../components/page.tsx'
import { SettingsInDoubt } from '../../components/settings-doubt.tsx'
import { useSettingName } from '../backups/use-setting-words.ts'
import { About } from './about.tsx'
import { AccountSection } from './account-section.tsx'
import { AnsweringSection } from './answering-section.tsx'
import { DataSection } from './data-section.tsx'
import { DesktopSection } from './desktop-section.tsx'
import { NumberSetting } from './fields.tsx'
import { LimitsSection } from './limits-section.tsx'
import { SignedInSection } from './signed-in-section.tsx'
import { useSetting } from './use-setting.ts'

const THEMES = ['system', 'light', 'dark'] as const

export function SettingsPage() {
  const { t } = useTranslation()
  const stored = useQuery(useApi().settings.get.queryOptions())
  const set = useSetting()
  const name = useSettingName()
  if (!stored.data)
    return (
      <Page title={t('settings.title')}>
        {stored.error ? (
          <Failed error={stored.error} onRetry={() => void stored.refetch()} />
        ) : (
          <Waiting rows={6} height={80} />
        )}
      </Page>
    )
  const { settings, repaired, doubt } = stored.data
  const others = repaired.filter((key) => key !== 'everything' && !doubt?.keys.includes(key))
  return (
    <Page title={t('settings.title')}>
      {doubt && <SettingsInDoubt doubt={doubt} settings={settings} />}
      {others.length > 0 && (
        <Alert mb="md">
          {t('settings.repaired', {
            count: others.length,
            names: others.map((key) => `${name(key)} (${key})`).join(', '),
          })}
        </Alert>
      )}
      <Section title={t('settings.look')}>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <Select
            label={t('settings.theme')}
            data={THEMES.map((value) => ({ value, label: t(`settings.themes.${value}`) }))}
            value={settings.theme}
            onChange={(value) => set({ theme: THEMES.find((known) => known === value) ?? 'system' })}
          />
          <Select
            label={t('settings.language')}
            data={[
              { value: 'system', label: t('settings.languageOfSystem') },
              ...LANGUAGE_CODES.map((value) => ({ value, label: LANGUAGES[value].name })),
            ]}
            value={settings.language}
            onChange={(value) => set({ language: LANGUAGE_CODES.find((known) => known === value) ?? 'system' })}
          />
        </SimpleGrid>
      </Section>
      <AccountSection />
      <Section title={t('settings.model')}>
        <ModelForm />
        <SimpleGrid cols={{ base: 1, xs: 3 }} mt="md">
          <NumberSetting
            label={t('settings.modelTimeout')}
            path="model.timeout_seconds"
            min={1}
            max={600}
            value={settings.model.timeout_seconds}
            onSet={(timeout_seconds) => set({ model: { timeout_seconds } })}
          />
          <NumberSetting
            label={t('settings.modelRetries')}
            path="model.retries"
            min={0}
            max={10}
            value={settings.model.retries}
            onSet={(retries) => set({ model: { retries } })}
          />
          <NumberSetting
            label={t('settings.modelParallel')}
            path="model.parallel"
            min={1}
            max={32}
            value={settings.model.parallel}
            onSet={(parallel) => set({ model: { parallel } })}
          />
        </SimpleGrid>
      </Section>
      <AnsweringSection answering={settings.answering} />
      <LimitsSection limits={settings.limits} />
      <DesktopSection desktop={settings.desktop} />
      <SignedInSection />
      <DataSection settings={stored.data} />
      <About />
    </Page>
  )
}
