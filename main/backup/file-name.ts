import type { Backup, BackupFormat } from '../../preload/contract/backups.ts'

const NAME =
  /^messages_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)(?:_([0-9a-f]{8}))?(?:_(\d{1,4}))?\.(sql\.gz|sql\.zst|sql|db)(\.age)?$/

/** The part of an installation's identity that stands in the names of its backups: eight hexadecimal digits. */
export const shortId = (installation: string): string => installation.replaceAll('-', '').slice(0, 8)

/**
 * messages_YYYYMMDD_HHMMSS_INSTALLATION in local time, with a counter where two fall into one second. Programs that share a folder never choose the same
 * name, also where the folder is copied between machines and no lock could hold them apart.
 */
export function backupName(
  at: number,
  installation: string,
  format: BackupFormat,
  encrypted: boolean,
  taken: (name: string) => boolean,
): string {
  const d = new Date(at)
  const two = (n: number) => String(n).padStart(2, '0')
  const day = `${d.getFullYear()}${two(d.getMonth() + 1)}${two(d.getDate())}`
  const time = `${two(d.getHours())}${two(d.getMinutes())}${two(d.getSeconds())}`
  const stem = `messages_${day}_${time}_${shortId(installation)}`
  const end = `.${format}${encrypted ? '.age' : ''}`
  let name = stem + end
  for (let counter = 2; taken(name); counter++) name = `${stem}_${counter}${end}`
  return name
}

export interface NamedBackup {
  at: number
  format: BackupFormat
  encryption: Backup['encryption']
  /** Undefined: the name is of a version that wrote none. */
  installation: string | undefined
}

/** What a name tells; undefined: no name of a backup. */
export function readBackupName(name: string): NamedBackup | undefined {
  const match = NAME.exec(name)
  if (match === null) return undefined
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  return {
    at: new Date(year, month - 1, day, hour, minute, second).getTime(),
    format: match[9] as BackupFormat,
    encryption: match[10] === undefined ? 'none' : 'passphrase',
    installation: match[7],
  }
}

/** Only such names are read, restored and removed: a list in a shared folder is written by others as well. */
export const isBackupName = (name: string): boolean => readBackupName(name) !== undefined
