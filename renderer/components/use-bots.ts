import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { Bot } from '../../preload/contract/bots.ts'
import { useApi } from '../client/program.tsx'
import { tellBot } from '../i18n/told.ts'

/** Every bot, those of the catalogue under the names of this language. */
export function useBots() {
  const { language } = useTranslation().i18n
  // biome-ignore lint/correctness/useExhaustiveDependencies: the language decides the words, though it is no argument
  const select = useCallback((bots: Bot[]) => bots.map(tellBot), [language])
  return useQuery({ ...useApi().bots.list.queryOptions(), select })
}

export function useBot(name: string) {
  const { language } = useTranslation().i18n
  // biome-ignore lint/correctness/useExhaustiveDependencies: the language decides the words, though it is no argument
  const select = useCallback((bot: Bot) => tellBot(bot), [language])
  return useQuery({ ...useApi().bots.get.queryOptions({ input: { bot: name } }), select })
}
