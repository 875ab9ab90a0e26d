import { fetchLatestBaileysVersion, fetchLatestWaWebVersion, type WAVersion } from '@whiskeysockets/baileys'
import * as z from 'zod'

const Version = z.tuple([z.number().int(), z.number().int(), z.number().int()])

export function parseVersion(stored: string | undefined): WAVersion | undefined {
  if (stored === undefined) return undefined
  try {
    return Version.parse(JSON.parse(stored))
  } catch {
    return undefined // The bundled version is then used.
  }
}

/** Asks WhatsApp first, then Baileys' repository. Undefined where neither answers in time: the bundled version stays. */
export async function fetchVersion(limit: number): Promise<WAVersion | undefined> {
  for (const fetch of [fetchLatestWaWebVersion, fetchLatestBaileysVersion]) {
    const { version, isLatest } = await fetch({ signal: AbortSignal.timeout(limit) })
    if (isLatest) return version
  }
  return undefined
}
