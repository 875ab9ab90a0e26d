import type { ExportFormat } from '../../../preload/contract/backups.ts'

/** The name of an export for which the user gives none. */
export function exportName(format: ExportFormat, now: number): string {
  const stamp = new Date(now).toISOString().slice(0, 10)
  return format === 'python-db' ? `messages-python-${stamp}.db` : `whatslang-${stamp}.${format}`
}
