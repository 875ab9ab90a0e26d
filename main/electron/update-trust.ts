import { execFile } from 'node:child_process'
import { release } from 'node:os'
import { parse } from 'yaml'
import * as z from 'zod'
import { readRegularFile } from '../files/read-file.ts'

export interface UpdateTrustDeps {
  platform: NodeJS.Platform
  /** `app-update.yml` in the resources of the installed program; electron-builder writes it. */
  configFile: string
  /** The kernel's version; default: this system's. */
  release?: string
  /** Whether PowerShell runs what the check of a signature needs; default: asks it. */
  powerShellWorks?(): Promise<boolean>
}

const MAX_BYTES = 64 * 1024
const name = z.string().trim().min(1)
const AppUpdate = z.object({ publisherName: z.union([name, z.array(name).min(1)]) })

/**
 * Whether electron-updater 6.8 lets only the publisher of this program install an update here. Read in its source:
 * - macOS: Squirrel.Mac checks the new program's signature against the running one's, and refuses where the running one has none.
 * - Windows: `NsisUpdater.verifySignature` checks only where `app-update.yml` has a `publisherName`; and where PowerShell does not run,
 *   `verifySignature` takes everything, so that this is tried first.
 * - Linux: AppImage, deb, rpm and pacman check the feed's own digest, which proves nothing about who made the feed.
 */
export async function verifiesSignatures(deps: UpdateTrustDeps): Promise<boolean> {
  if (deps.platform === 'darwin') return true
  if (deps.platform !== 'win32') return false
  if (!namesPublisher(deps.configFile) || isOldWindows(deps.release ?? release())) return false
  return await (deps.powerShellWorks ?? powerShellWorks)()
}

function namesPublisher(configFile: string): boolean {
  try {
    const text = readRegularFile(configFile, MAX_BYTES)?.toString()
    return text !== undefined && AppUpdate.safeParse(parse(text)).success
  } catch {
    // Unreadable: as good as unsigned. The new version is then only told of.
    return false
  }
}

/** Before Windows 8.1, as electron-updater tells them. */
const isOldWindows = (version: string) => version.startsWith('6.') && !version.startsWith('6.3')

/** The command that electron-updater falls back to. */
const powerShellWorks = (): Promise<boolean> =>
  new Promise((resolve) => {
    const words = ['-NoProfile', '-NonInteractive', '-InputFormat', 'None', '-Command', 'ConvertTo-Json test']
    execFile(
      'set "PSModulePath=" & chcp 65001 >NUL & powershell.exe',
      words,
      { shell: true, timeout: 10_000 },
      (error) => resolve(error === null),
    )
  })
