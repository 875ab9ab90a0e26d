import { EventEmitter } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closeChromium } from './browser.ts'
import { readiness } from './readiness.ts'
import { note } from './record.ts'
import { BrowserWindow } from './window.ts'

const userData = process.env.STAND_IN_USER_DATA ?? ''

class AppStandIn extends EventEmitter {
  name = 'Whatslang'
  readonly isPackaged = process.env.STAND_IN_PACKAGED === '1'
  getPath(name: string) {
    const path = name === 'userData' ? userData : join(userData, name)
    mkdirSync(path, { recursive: true })
    return path
  }
  getName() {
    return this.name
  }
  setName(name: string) {
    this.name = name
  }
  getVersion() {
    return '0.0.0-stand-in'
  }
  getLocale() {
    return process.env.STAND_IN_LOCALE ?? 'en-US'
  }
  getAppPath() {
    return process.env.STAND_IN_APP_PATH ?? process.cwd()
  }
  setAppUserModelId(id: string) {
    note('app.setAppUserModelId', id)
  }
  enableSandbox() {
    readiness.notYet('app.enableSandbox')
    note('app.enableSandbox')
  }
  setDesktopName(name: string) {
    readiness.notYet('app.setDesktopName')
    note('app.setDesktopName', name)
  }
  getLoginItemSettings() {
    return { openAtLogin: false, wasOpenedAtLogin: false }
  }
  setLoginItemSettings(settings: unknown) {
    note('app.setLoginItemSettings', settings)
  }
  /** One program per user data directory, kept in a file with the owner's pid. */
  requestSingleInstanceLock() {
    const lock = join(userData, 'single-instance')
    if (existsSync(lock) && isAlive(Number(readFileSync(lock, 'utf8')))) return false
    writeFileSync(lock, String(process.pid))
    return true
  }
  releaseSingleInstanceLock() {
    rmSync(join(userData, 'single-instance'), { force: true })
  }
  whenReady() {
    return readiness.told
  }
  isReady() {
    return readiness.reached()
  }
  quit() {
    const event = {
      defaultPrevented: false,
      preventDefault() {
        this.defaultPrevented = true
      },
    }
    this.emit('before-quit', event)
    if (event.defaultPrevented) return
    for (const window of BrowserWindow.getAllWindows()) window.close()
    if (BrowserWindow.getAllWindows().length === 0) this.exit(0)
  }
  exit(code = 0) {
    // As Electron has it: all windows go at once, without being asked.
    for (const window of BrowserWindow.getAllWindows()) window.destroy()
    this.emit('quit', {}, code)
    this.releaseSingleInstanceLock()
    void closeChromium().finally(() => process.exit(code))
  }
  relaunch() {
    note('app.relaunch')
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export const app = new AppStandIn()
