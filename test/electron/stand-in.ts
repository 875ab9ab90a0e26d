// Takes the place of the `electron` module where its binary cannot be had: main-process objects are event emitters, windows are pages of a
// real Chromium. Every member is one that the real module has (see stand-in.test.ts); reading any other throws. It cannot show the isolated
// world, native drawing, asar paths, safeStorage's ciphers, nor the process sandbox.
import { app as bareApp } from './app.ts'
import { ipcMain as bareIpcMain } from './ipc.ts'
import { protocol as bareProtocol } from './protocol.ts'
import { strict } from './strict.ts'
import * as surfaces from './surfaces.ts'
import { BrowserWindow, defaultSession } from './window.ts'

export const app = strict('app', bareApp)
export const ipcMain = strict('ipcMain', bareIpcMain)
export const protocol = strict('protocol', bareProtocol)
export const dialog = strict('dialog', surfaces.dialog)
export const shell = strict('shell', surfaces.shell)
export const safeStorage = strict('safeStorage', surfaces.safeStorage)
export const powerMonitor = strict('powerMonitor', surfaces.powerMonitor)
export const screen = strict('screen', surfaces.screen)
export const nativeTheme = surfaces.nativeTheme
export const nativeImage = strict('nativeImage', surfaces.nativeImage)
export const Menu = strict('Menu', surfaces.Menu)
export const utilityProcess = strict('utilityProcess', surfaces.utilityProcess)
export const session = strict('session', { defaultSession })
export const { Tray, Notification } = surfaces
export { BrowserWindow }

export default {
  app,
  ipcMain,
  protocol,
  dialog,
  shell,
  safeStorage,
  powerMonitor,
  screen,
  nativeTheme,
  nativeImage,
  Menu,
  utilityProcess,
  session,
  Tray,
  Notification,
  BrowserWindow,
}
