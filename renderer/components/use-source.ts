import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../client/program.tsx'

/** A setting that the environment or config.yaml fixes is read-only, and its field says who set it. */
export function useSource() {
  const { t } = useTranslation()
  const sources = useQuery(useApi().settings.get.queryOptions()).data?.sources ?? {}
  return (path: string): { fixed: boolean; note: string | undefined } => {
    const source = sources[path]
    const fixed = source === 'environment' || source === 'config-file'
    return { fixed, note: fixed ? t('model.fromOutside', { source: t(`model.source.${source}`) }) : undefined }
  }
}
