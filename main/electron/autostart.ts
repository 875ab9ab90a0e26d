import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { App } from 'electron'

export interface AutostartDeps {
  app: Pick<App, 'setLoginItemSettings' | 'getName'>
  platform: NodeJS.Platform
  /** XDG_CONFIG_HOME or ~/.config. */
  configHome: string
  /** The program as the desktop should start it, with its first words: the AppImage's own path where there is one. */
  command: readonly [executable: string, ...words: string[]]
  /** What the settings said when the program started. */
  initially: boolean
}

/**
 * Start at login, hidden. Electron's setLoginItemSettings serves macOS and Windows only; on Linux it is a desktop entry in the
 * autostart folder (https://specifications.freedesktop.org/autostart-spec/latest/).
 */
export function createAutostart(deps: AutostartDeps) {
  const entry = join(deps.configHome, 'autostart', 'whatslang.desktop')
  const write = () => {
    mkdirSync(dirname(entry), { recursive: true })
    writeFileSync(entry, desktopEntry(deps.app.getName(), deps.command))
  }
  let last = deps.initially
  // An AppImage may have moved since. Elsewhere the system keeps the entry, and the user may have changed it there.
  if (deps.platform === 'linux' && last) write()
  return {
    /** Only a change does something: an entry that another copy of the program made stays. */
    set(enabled: boolean): void {
      if (enabled === last) return
      last = enabled
      if (deps.platform !== 'linux') {
        const [path, ...words] = deps.command
        deps.app.setLoginItemSettings({ openAtLogin: enabled, path, args: [...words, '--hidden'] })
        return
      }
      if (enabled) write()
      else rmSync(entry, { force: true })
    },
  }
}

function desktopEntry(name: string, command: readonly string[]): string {
  // Quoting rules of the Desktop Entry Specification: backslash, quote, backtick and dollar are escaped inside quotes, % is doubled;
  // and then each backslash once more, as in every value of such a file.
  const quoted = command
    .map((word) => `"${word.replace(/[\\"`$]/g, '\\$&').replaceAll('%', '%%')}"`.replaceAll('\\', '\\\\'))
    .join(' ')
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
