import { readdirSync, statfsSync } from 'node:fs'
import { dirname, join, parse } from 'node:path'

/**
 * Types of network filesystems as statfs(2) reports them on Linux. SQLite's WAL needs shared memory and locks that these do not
 * give (https://sqlite.org/wal.html, "does not work over a network filesystem").
 */
const NETWORK_TYPES: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4283649346: 'CIFS',
  4266872130: 'SMB2',
  16914839: '9P',
  12805120: 'Ceph',
  1397113167: 'AFS',
  1799439955: 'AFS',
  1937076805: 'Coda',
}

/** Undefined for a local one, or where the system does not tell. */
export function networkFilesystem(folder: string, platform: NodeJS.Platform = process.platform): string | undefined {
  if (platform === 'win32') return /^[\\/]{2}(?![.?][\\/])/.test(folder) ? 'network share' : undefined
  if (platform !== 'linux') return undefined
  return NETWORK_TYPES[statfsSync(folder).type >>> 0]
}

const SYNCED_FOLDERS: readonly [RegExp, string][] = [
  [/^dropbox( \(.*\))?$/i, 'Dropbox'],
  [/^onedrive( - .*)?$/i, 'OneDrive'],
  [/^(google ?drive|my drive|googledrive-.*)$/i, 'Google Drive'],
  [/^(mobile documents|icloud ?drive|com~apple~clouddocs)$/i, 'iCloud Drive'],
  [/^nextcloud$/i, 'Nextcloud'],
  [/^pcloud ?drive$/i, 'pCloud'],
]

/** A folder that another program copies to a cloud while we write: it copies torn files and holds handles on Windows. */
export function syncedFolder(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const name = parse(at).base
    const known = SYNCED_FOLDERS.find(([pattern]) => pattern.test(name))
    if (known) return known[1]
    if (hasMarker(at)) return 'Syncthing'
    if (dirname(at) === at) return undefined
  }
}

function hasMarker(folder: string): boolean {
  try {
    return readdirSync(join(folder, '.stfolder')).length >= 0
  } catch {
    // No such marker, or not ours to look into: then it is not one of our folders either.
    return false
  }
}
