import { useQuery } from '@tanstack/react-query'
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
  const asks = useQuery(api.host.info.queryOptions()).data?.capabilities.includes('save-file') ?? false
  return useCallback(
    (format: ExportFormat, chat?: string) => {
      const wanted = { format, ...(chat ? { chat } : {}) }
      if (!asks) return download(`/api/export?${new URLSearchParams(wanted)}`)
      client.exports
        .save(wanted)
        .then((saved) => saved && tell.done(t('chat.exported', { path: saved.path })))
        .catch(tell.failure)
    },
    [asks, client, tell, t],
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
