import type { MenuItemConstructorOptions } from 'electron'
import type { Texts } from './texts/en.ts'

/**
 * The application's menu. Windows and Linux hide it until Alt is pressed; it is there all the same, because its items carry the keys for
 * larger and smaller text, which nothing else in Electron offers.
 */
export function applicationMenu(platform: NodeJS.Platform, texts: Texts): MenuItemConstructorOptions[] {
  const view: MenuItemConstructorOptions = {
    label: texts.menuView,
    submenu: [
      { role: 'resetZoom', label: texts.menuActualSize },
      { role: 'zoomIn', label: texts.menuZoomIn },
      // The same key without Shift, where + shares it with =.
      { role: 'zoomIn', label: texts.menuZoomIn, accelerator: 'CommandOrControl+=', visible: false },
      { role: 'zoomOut', label: texts.menuZoomOut },
      { type: 'separator' },
      { role: 'togglefullscreen', label: texts.menuFullScreen },
    ],
  }
  return platform === 'darwin' ? [{ role: 'appMenu' }, { role: 'editMenu' }, view, { role: 'windowMenu' }] : [view]
}
