import * as z from 'zod'
import { app } from './app.ts'
import { record, scriptAnswer } from './record.ts'
import { Notification, nativeTheme, powerMonitor, Tray } from './surfaces.ts'
import { BrowserWindow, permissionDecision } from './window.ts'

const Bounds = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })

/** What a test, in another process, can see and do: what a person does outside the page. */
const commands = {
  tray: () => {
    const tray = Tray.current
    return tray
      ? {
          toolTip: tray.toolTip,
          image: tray.image,
          listeners: tray.listenerCount('click'),
          menu: tray.menu?.items.map((item) => ({ label: item.label ?? '', enabled: item.enabled !== false })) ?? [],
        }
      : null
  },
  clickTray: () => void Tray.current?.emit('click'),
  chooseTrayItem: (label: string) => {
    const item = Tray.current?.menu?.items.find((candidate) => candidate.label === label)
    if (!item?.click) throw new Error(`The tray menu has no item '${label}'.`)
    item.click({} as never, undefined, {} as never)
  },
  windows: () =>
    BrowserWindow.getAllWindows().map((window) => ({ visible: window.isVisible(), url: window.page?.url() ?? '' })),
  closeWindow: () => BrowserWindow.getAllWindows()[0]?.close(),
  crashPage: () =>
    BrowserWindow.getAllWindows()[0]?.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }),
  secondInstance: (argv: string) => void app.emit('second-instance', {}, argv.split(' '), process.cwd()),
  openFile: (path: string) => void app.emit('open-file', { preventDefault: () => undefined }, path),
  power: (event: string) => {
    const told = { prevented: false, preventDefault: () => (told.prevented = true) }
    powerMonitor.emit(event, told)
    return told.prevented
  },
  /** Windows ends the session. */
  sessionEnd: () => void BrowserWindow.getAllWindows()[0]?.emit('query-session-end', { reasons: ['shutdown'] }),
  moveWindow: (bounds: string) => BrowserWindow.getAllWindows()[0]?.setBounds(Bounds.parse(JSON.parse(bounds))),
  windowBounds: () => BrowserWindow.getAllWindows()[0]?.getNormalBounds(),
  /** Something in the main process goes wrong, and nobody catches it. */
  throwUncaught: () =>
    void setImmediate(() => {
      throw new Error('made up by a test')
    }),
  dark: (dark: string) => {
    nativeTheme.shouldUseDarkColors = dark === 'true'
    nativeTheme.emit('updated')
  },
  record: () => record,
  clickNotification: () => void Notification.shown.at(-1)?.emit('click'),
  answer: (answer: string) => {
    const { dialog, value } = z.object({ dialog: z.string(), value: z.unknown() }).parse(JSON.parse(answer))
    scriptAnswer(dialog, value)
  },
  permission: (permission: string) => permissionDecision(permission, 'app://whatslang/'),
  quit: () => app.quit(),
} satisfies Record<string, (argument: string) => unknown>
export type Command = keyof typeof commands

const Call = z.object({ standIn: z.number(), command: z.string(), argument: z.string().default('') })
process.on('message', (message) => {
  const call = Call.safeParse(message)
  if (!call.success) return
  const { standIn, command, argument } = call.data
  void (async () => {
    try {
      if (!(command in commands)) throw new Error(`No command ${command}.`)
      const value = await commands[command as Command](argument)
      process.send?.({ standIn, value: value ?? null })
    } catch (error) {
      process.send?.({ standIn, error: error instanceof Error ? error.message : String(error) })
    }
  })()
})
