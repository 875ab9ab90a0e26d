import { useMutation } from '@tanstack/react-query'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { SettingsPatch } from '../../../preload/contract/settings.ts'
import { useProgram } from '../../client/program.tsx'
import { useTell } from '../../components/tell.tsx'

/** Stores a setting at once; where the program refuses it, the field goes back and the reason is told. */
export function useSetting() {
  const { t } = useTranslation()
  const { api, queries } = useProgram()
  const tell = useTell()
  const queryKey = api.settings.get.queryKey()
  const { mutate } = useMutation(
    api.settings.update.mutationOptions({
      onSuccess: (settings) => {
        queries.setQueryData(queryKey, (old) => old && { ...old, settings })
        tell.done(t('settings.saved'))
      },
      onError: (error) => {
        void queries.invalidateQueries({ queryKey })
        tell.failure(error)
      },
    }),
  )
  return useCallback((patch: SettingsPatch) => mutate(patch), [mutate])
}
