// Nothing here awaits at the top level: Electron is ready only once this module has been evaluated, so that waiting for it here would
// last for ever (https://github.com/electron/electron/issues/40719). What must come before that runs synchronously.
import { join } from 'node:path'
import { app, dialog, protocol, utilityProcess } from 'electron'
import { isVerb } from '../cli/arguments.ts'
import { createArrivals } from './arrivals.ts'
import { SCHEME } from './origin.ts'

const root = app.getAppPath()
const words = process.argv.slice(app.isPackaged ? 1 : 2)

/** The command line's verbs need no window, and come before the single-instance lock: they talk to whoever runs. */
async function runVerb(): Promise<void> {
  process.umask(0o077)
  const { runCli } = await import('../cli/run.ts')
  const { createUtilityTasks } = await import('./tasks.ts')
  // No window and no icon; utility processes need a ready app all the same.
  await app.whenReady()
  const userData = app.getPath('userData')
  app.exit(
    await runCli(words, {
      createTasks: () => createUtilityTasks({ fork: utilityProcess.fork, entry: join(root, 'out/main/task.js') }),
      defaultDataDirectory: app.isPackaged ? join(userData, 'data') : join(root, 'data'),
      ...(app.isPackaged ? { bootstrapFile: join(userData, 'data-directory.json') } : {}),
      packaged: app.isPackaged,
    }),
  )
}

async function runProgram(): Promise<void> {
  app.enableSandbox()
  app.setAppUserModelId('org.whatslang.desktop')
  // The name of the installed desktop file: Wayland and the portals know a program by it.
  if (process.platform === 'linux') app.setDesktopName('whatslang.desktop')
  // A standard, secure scheme: relative addresses, storage and fetch work, and it is never file://.
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ])
  if (!app.requestSingleInstanceLock()) {
    app.exit(0)
    return
  }
  const arrivals = createArrivals(app)
  await app.whenReady()
  try {
    const { startDesktop } = await import('./host.ts')
    const atLogin = process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin
    await startDesktop({ root, arrivals, hidden: atLogin || words.includes('--hidden') })
  } catch (error) {
    const { appendCrash } = await import('../config/log.ts')
    appendCrash(join(app.getPath('userData'), 'logs'), error)
    // There is no window yet, so a box is the only place to say it.
    const known = error instanceof Error && 'code' in error
    dialog.showErrorBox('Whatslang could not start', known ? error.message : 'The log holds what happened.')
    app.exit(1)
  }
}

void (isVerb(words[0]) ? runVerb() : runProgram())
