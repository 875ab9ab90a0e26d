import { BackupError } from '../backup/backup-error.ts'
import type { BackupService } from '../rpc/program.ts'
export function createBackups(folder: string): BackupService {
  const no = () => {
    throw new BackupError('NO_FOLDER', 'Backups are not available in this build.')
  }
  return {
    list: () => [],
    create: no,
    verify: no,
    pin: no,
    remove: no,
    prune: no,
    pathOf: () => undefined,
    status: () => ({ folder, last_verified_at: null, next_run_at: null, overdue: false, problem: null, days: [] }),
  }
}
