import type { ExportFormat as Export, BackupFormat as Format } from '../../../preload/contract/backups.ts'

export const BackupFormat: readonly Format[] = ['sql.gz', 'sql', 'sql.zst', 'db']
export const ExportFormat: readonly Export[] = ['db', 'sql', 'sql.gz', 'python-db', 'json', 'csv', 'html', 'txt']
