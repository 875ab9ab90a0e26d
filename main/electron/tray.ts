import type { MenuItemConstructorOptions } from 'electron'
import { Menu, nativeImage, Tray } from 'electron'
import type { Texts } from './texts/en.ts'

/** What the icon and the menu show. Derived from the program's state, never kept here. */
export interface TrayState {
  session: 'unlinked' | 'pairing' | 'connecting' | 'catching-up' | 'open' | 'waiting' | 'closed'
  paused: boolean
  /** "14:02", where the pause ends by itself. */
  pausedUntil: string | null
  attention: boolean
  /** "today, 02:00"; null: there is none. */
  lastBackup: string | null
  backingUp: boolean
  windowVisible: boolean
  /** A newer version. */
  update?: { version: string; state: 'available' | 'ready' } | undefined
}

export interface TrayActions {
  toggleWindow(): void
  pause(minutes?: number): void
  resume(): void
  backUpNow(): void
  showBackups(): void
  showSettings(): void
  quit(): void
}

export interface TrayDeps {
  /** Path of the icon file for a look; Electron picks the @2x and Template variants beside it. */
  icon(look: TrayLook): string
  texts(): Texts
  state(): TrayState
  actions: TrayActions
}
export type TrayLook = 'connected' | 'connecting' | 'attention' | 'paused'

export function lookOf(state: TrayState): TrayLook {
  if (state.attention || state.session === 'closed' || state.session === 'unlinked') return 'attention'
  if (state.paused) return 'paused'
  return state.session === 'open' ? 'connected' : 'connecting'
}

/** The tray icon with its menu. `refresh()` redraws; call it on every change, and after resume and unlock, where some panels forget icons. */
export function createTray(deps: TrayDeps) {
  const tray = new Tray(image(deps.icon(lookOf(deps.state()))))
  // macOS opens the menu on a click and tells of the click as well: there the menu's first item does it.
  if (process.platform !== 'darwin') tray.on('click', deps.actions.toggleWindow)

  const refresh = () => {
    const state = deps.state()
    const texts = deps.texts()
    const look = lookOf(state)
    tray.setImage(image(deps.icon(look)))
    tray.setToolTip(toolTip(look, texts))
    tray.setContextMenu(Menu.buildFromTemplate(menuTemplate(state, texts, deps.actions)))
  }
  refresh()
  return {
    refresh,
    dispose() {
      tray.removeListener('click', deps.actions.toggleWindow)
      tray.destroy()
    },
  }
}

function image(path: string) {
  const icon = nativeImage.createFromPath(path)
  if (process.platform === 'darwin') icon.setTemplateImage(true)
  return icon
}

function toolTip(look: TrayLook, texts: Texts): string {
  const words = {
    connected: texts.trayConnected,
    connecting: texts.trayConnecting,
    attention: texts.trayAttention,
    paused: texts.trayPaused,
  }
  return words[look]
}

function stateWords(state: TrayState, texts: Texts): string {
  const words = {
    open: texts.stateConnected,
    connecting: texts.stateConnecting,
    'catching-up': texts.stateConnecting,
    waiting: texts.stateWaiting,
    pairing: texts.statePairing,
    unlinked: texts.stateUnlinked,
    closed: texts.stateClosed,
  }
  return words[state.session]
}

function updateItems({ update }: TrayState, texts: Texts, actions: TrayActions): MenuItemConstructorOptions[] {
  if (update === undefined) return []
  const label = update.state === 'ready' ? texts.trayUpdateReady(update.version) : texts.trayUpdate(update.version)
  return [{ label, click: () => actions.showSettings() }]
}

/** Exported for its test: the menu says what is true, and offers only what can be done. */
export function menuTemplate(state: TrayState, texts: Texts, actions: TrayActions): MenuItemConstructorOptions[] {
  const pauseItems: MenuItemConstructorOptions[] = state.paused
    ? [
        { label: state.pausedUntil ? texts.pausedUntil(state.pausedUntil) : texts.paused, enabled: false },
        { label: texts.resume, click: () => actions.resume() },
      ]
    : [
        { label: texts.pause, click: () => actions.pause() },
        { label: texts.pauseHour, click: () => actions.pause(60) },
      ]
  return [
    { label: stateWords(state, texts), enabled: false },
    { label: state.windowVisible ? texts.hide : texts.show, click: () => actions.toggleWindow() },
    { type: 'separator' },
    ...pauseItems,
    { type: 'separator' },
    { label: texts.backUpNow, enabled: !state.backingUp, click: () => actions.backUpNow() },
    {
      label: state.lastBackup ? texts.lastBackup(state.lastBackup) : texts.noBackup,
      click: () => actions.showBackups(),
    },
    { type: 'separator' },
    ...updateItems(state, texts, actions),
    { label: texts.quit, click: () => actions.quit() },
  ]
}
