import { useMantineColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useApi } from '../client/program.tsx'
import { resolveLanguage, showLanguage } from '../i18n/index.ts'

/** Follows the settings for language and appearance, whoever changed them. */
export function Preferences() {
  const settings = useQuery(useApi().settings.get.queryOptions()).data?.settings
  const { setColorScheme } = useMantineColorScheme()
  const { theme, language } = settings ?? {}
  useEffect(() => {
    if (theme) setColorScheme(theme === 'system' ? 'auto' : theme)
  }, [theme, setColorScheme])
  useEffect(() => {
    if (language) void showLanguage(resolveLanguage(language, navigator.languages))
  }, [language])
  return null
}
