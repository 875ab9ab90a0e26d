import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExportFormat } from '../../preload/contract/backups.ts'
import { useProgram } from '../client/program.tsx'
import { useTell } from './tell.tsx'

/** Saves an export: the desktop program asks where, a browser downloads. */
export function useExport() {
  const { t } = useTranslation()
  const { api, client } = useProgram()
  const tell = useTell()
  const queries = useQueryClient()
  return useCallback(
    async (format: ExportFormat, chat?: string) => {
      const wanted = { format, ...(chat ? { chat } : {}) }
      try {
        const { capabilities } = await queries.ensureQueryData(api.host.info.queryOptions())
        if (!capabilities.includes('save-file')) return download(`/api/export?${new URLSearchParams(wanted)}`)
        const saved = await client.exports.save(wanted)
        if (saved) tell.done(t('chat.exported', { path: saved.path }))
      } catch (error) {
        tell.failure(error)
      }
    },
    [api, client, queries, tell, t],
  )
}

/** The browser writes it to disk as it arrives; the name comes with the answer. */
export function download(address: string, name = '') {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.rel = 'noreferrer'
  link.click()
}
