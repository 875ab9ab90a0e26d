import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { App } from 'electron'

export interface AutostartDeps {
  app: Pick<App, 'setLoginItemSettings' | 'getName'>
  platform: NodeJS.Platform
  /** XDG_CONFIG_HOME or ~/.config. */
  configHome: string
  /** The program as the desktop should start it: the AppImage's own path where there is one. */
  executable: string
}

/**
 * Start at login, hidden. Electron's setLoginItemSettings serves macOS and Windows only; on Linux it is a desktop entry in the
 * autostart folder (https://specifications.freedesktop.org/autostart-spec/latest/).
 */
export function createAutostart(deps: AutostartDeps) {
  const entry = join(deps.configHome, 'autostart', 'whatslang.desktop')
  return {
    set(enabled: boolean): void {
      if (deps.platform !== 'linux') {
        deps.app.setLoginItemSettings({ openAtLogin: enabled, args: ['--hidden'] })
        return
      }
      if (!enabled) {
        rmSync(entry, { force: true })
        return
      }
      mkdirSync(dirname(entry), { recursive: true })
      writeFileSync(entry, desktopEntry(deps.app.getName(), deps.executable))
    },
  }
}

function desktopEntry(name: string, executable: string): string {
  // Quoting rules of the Desktop Entry Specification: backslash, quote, backtick and dollar are escaped inside quotes, % is doubled.
  const quoted = `"${executable.replace(/[\\"`$]/g, '\\$&').replaceAll('%', '%%')}"`
  return [
    '[Desktop Entry]',
    'Type=Application',
    `Name=${name}`,
    `Exec=${quoted} --hidden`,
    'Icon=whatslang',
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}
