import type { Backup, BackupFormat } from '../../preload/contract/backups.ts'

const NAME = /^messages_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)(?:_(\d{1,4}))?\.(sql\.gz|sql\.zst|sql|db)(\.age)?$/

/** messages_YYYYMMDD_HHMMSS in local time, with a counter where two fall into one second. */
export function backupName(
  at: number,
  format: BackupFormat,
  encrypted: boolean,
  taken: (name: string) => boolean,
): string {
  const d = new Date(at)
  const two = (n: number) => String(n).padStart(2, '0')
  const day = `${d.getFullYear()}${two(d.getMonth() + 1)}${two(d.getDate())}`
  const stem = `messages_${day}_${two(d.getHours())}${two(d.getMinutes())}${two(d.getSeconds())}`
  const end = `.${format}${encrypted ? '.age' : ''}`
  let name = stem + end
  for (let counter = 2; taken(name); counter++) name = `${stem}_${counter}${end}`
  return name
}

/** What a name tells; undefined: no name of a backup. */
export function readBackupName(
  name: string,
): { at: number; format: BackupFormat; encryption: Backup['encryption'] } | undefined {
  const match = NAME.exec(name)
  if (match === null) return undefined
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const at = new Date(year, month - 1, day, hour, minute, second).getTime()
  return { at, format: match[8] as BackupFormat, encryption: match[9] === undefined ? 'none' : 'passphrase' }
}
