import { useTranslation } from 'react-i18next'
import type { RestorePreview } from '../../../preload/contract/restore.ts'
import { useFormat } from '../../i18n/format.ts'

const KINDS = ['messages', 'chats', 'bot_chat_assignments', 'bots'] as const

/** What would be gone, by its kinds: "74 messages and 3 assignments that are only here will be gone." Null: nothing would be. */
export function useLost(tables: Pick<RestorePreview['tables'][number], 'table' | 'lost'>[]): string | null {
  const { t } = useTranslation()
  const format = useFormat()
  const sum = (of: typeof tables) => of.reduce((all, { lost }) => all + lost, 0)
  const total = sum(tables)
  if (total === 0) return null
  const counts = [
    ...KINDS.map((kind) => ({ kind, count: sum(tables.filter(({ table }) => table === kind)) })),
    { kind: 'rest' as const, count: sum(tables.filter(({ table }) => !KINDS.some((kind) => kind === table))) },
  ]
  const parts = counts
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => t(`backups.restorePage.lostOf.${kind}`, { count, formatted: format.number(count) }))
  return t('backups.restorePage.applyLost', { count: total, what: format.list(parts) })
}
