import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../client/program.tsx'
import { Facts } from '../../components/facts.tsx'
import { Section, Waiting } from '../../components/page.tsx'
import { tellWhy } from '../../i18n/told.ts'

export function About() {
  const { t } = useTranslation()
  const info = useQuery(useApi().host.info.queryOptions()).data
  return (
    <Section title={t('settings.about')}>
      {info ? (
        <Facts
          facts={[
            [t('settings.version'), info.version],
            [t('settings.host'), `${t(`settings.hosts.${info.kind}`)} (${info.platform})`],
            [t('settings.folder'), info.data_directory],
            [t('settings.database'), info.database.path],
            [t('settings.chosenBy'), tellWhy(info.database)],
            ...Object.entries(info.versions),
          ]}
        />
      ) : (
        <Waiting rows={3} height={20} />
      )}
    </Section>
  )
}
