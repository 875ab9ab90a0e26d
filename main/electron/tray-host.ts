import { execFile } from 'node:child_process'
import { childEnvironment } from '../tasks/environment.ts'

/**
 * Whether the desktop shows tray icons. Electron has no API for it: on Linux the session bus knows if somebody implements
 * org.kde.StatusNotifierWatcher. Without one, closing the window must not make the program unreachable.
 */
export function desktopHasTray(platform: NodeJS.Platform): Promise<boolean> {
  if (platform !== 'linux') return Promise.resolve(true)
  const args = [
    '--session',
    '--dest=org.freedesktop.DBus',
    '--type=method_call',
    '--print-reply',
    '--reply-timeout=2000',
    '/org/freedesktop/DBus',
    'org.freedesktop.DBus.NameHasOwner',
    'string:org.kde.StatusNotifierWatcher',
  ]
  return new Promise((resolve) => {
    const env = childEnvironment(['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'DISPLAY', 'XAUTHORITY'])
    execFile('dbus-send', args, { timeout: 3000, env }, (error, stdout) =>
      resolve(!error && stdout.includes('boolean true')),
    )
  })
}
