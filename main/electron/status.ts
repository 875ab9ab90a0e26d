import { join } from 'node:path'
import { nativeTheme } from 'electron'
import type { Notice } from '../ports.ts'
import type { Program } from '../rpc/program.ts'
import type { Texts } from './texts/en.ts'
import { createTray, type TrayLook } from './tray.ts'
import { type TrayFacts, trayState } from './tray-state.ts'

export interface StatusDeps {
  program: Program
  /** The folder with the tray's icons. */
  icons: string
  /** False where the desktop shows no tray: then only the notices are left. */
  hasTray: boolean
  texts(): Texts
  locale(): string
  windowVisible(): boolean
  toggleWindow(): void
  /** Brings the window to a page. */
  navigate(page: string): void
  notify(notice: Notice): void
  quit(): void
}

/** The program's state as it shows outside of its window: the tray icon with its menu, and the notice that the link is lost. */
export function createStatus(deps: StatusDeps) {
  const { program, texts } = deps
  let facts: TrayFacts = { lastVerifiedAt: null, backupProblem: false }
  let lostLinkTold = false

  const backUpNow = async () => {
    try {
      await program.backups.create({ reason: 'manual' })
    } catch (error) {
      const body = error instanceof Error ? error.message : ''
      deps.notify({ code: 'backup-failed', title: texts().backUpNow, body, page: '/backups' })
    }
  }
  const tray = deps.hasTray
    ? createTray({
        icon: (look) => join(deps.icons, iconFile(look)),
        texts,
        state: () => trayState(program, facts, deps.windowVisible(), deps.locale()),
        actions: {
          toggleWindow: deps.toggleWindow,
          pause: (minutes) => program.pause.byUser(minutes),
          resume: () => program.pause.resume(),
          backUpNow: () => void backUpNow(),
          showBackups: () => deps.navigate('/backups'),
          showSettings: () => deps.navigate('/settings'),
          quit: deps.quit,
        },
      })
    : undefined
  const refresh = () => tray?.refresh()
  const lookAtBackups = async () => {
    const status = await program.backups.status()
    facts = { lastVerifiedAt: status.last_verified_at, backupProblem: status.problem !== null }
    refresh()
  }
  /** Told once, when the link is lost for good; quiet while the program tries by itself. */
  const tellLostLink = () => {
    const { state, problem } = program.session()
    if (state === 'open') lostLinkTold = false
    if (state !== 'closed' || !problem || lostLinkTold) return
    lostLinkTold = true
    deps.notify({ code: 'link-lost', title: 'Whatslang', body: problem.message, page: '/' })
  }

  void lookAtBackups()
  const leave = program.onChange((event) => {
    if (event.type === 'backups') void lookAtBackups()
    if (event.type === 'session') tellLostLink()
    if (event.type === 'session' || event.type === 'task' || event.type === 'settings' || event.type === 'host')
      refresh()
  })
  nativeTheme.on('updated', refresh)
  return {
    refresh,
    dispose() {
      leave()
      nativeTheme.removeListener('updated', refresh)
      tray?.dispose()
    },
  }
}

/** The panel may be dark while windows are light; Windows alone can tell (and macOS recolours template images by itself). */
function iconFile(look: TrayLook): string {
  if (process.platform === 'darwin') return `${look}Template.png`
  const dark =
    process.platform === 'win32'
      ? nativeTheme.shouldUseDarkColorsForSystemIntegratedUI
      : nativeTheme.shouldUseDarkColors
  return `${look}-${dark ? 'light' : 'dark'}.png`
}
