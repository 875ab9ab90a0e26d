import type { Session } from 'electron'
import { isOwnPage } from './origin.ts'

/** What the page may ask of Chromium, each with the reason. Everything else is refused. */
const ALLOWED: Record<string, string> = {
  'clipboard-sanitized-write': 'the user copies a pairing code, an address or a path with a button',
}

/** Denies every permission that the table does not name, and every one that another origin asks for. */
export function restrictPermissions(session: Session): void {
  const allowed = (permission: string, url: string) => permission in ALLOWED && isOwnPage(url)
  session.setPermissionRequestHandler((_contents, permission, decide, details) => {
    decide(allowed(permission, details.requestingUrl))
  })
  session.setPermissionCheckHandler((_contents, permission, _origin, details) =>
    allowed(permission, details.requestingUrl ?? ''),
  )
  session.setDevicePermissionHandler(() => false)
}
