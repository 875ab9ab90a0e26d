import { useTranslation } from 'react-i18next'

/** What a job is doing, in words; a step without words of its own is left unsaid. */
export function useStep() {
  const { t, i18n } = useTranslation()
  return (step: string | null): string => {
    const name = step?.startsWith('salvage') ? 'salvage' : step
    return name && i18n.exists(`jobs.step.${name}`) ? t(`jobs.step.${name}` as 'jobs.step.rows') : ''
  }
}
