import { useTranslation } from 'react-i18next'
import { useFormat } from './format.ts'

/** What a finding's words take from the page: sizes and the session's problems. */
export function useFindingWords() {
  const { t, i18n } = useTranslation()
  const { bytes } = useFormat()
  return {
    bytes,
    problem: (code: string) =>
      i18n.exists(`session.problem.${code}`) ? t(`session.problem.${code}` as 'session.problem.network') : code,
  }
}
