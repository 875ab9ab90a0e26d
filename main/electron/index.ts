import { join } from 'node:path'
import { app, dialog, protocol } from 'electron'
import { SCHEME } from './origin.ts'

const root = app.getAppPath()
const words = process.argv.slice(app.isPackaged ? 1 : 2)

// The command line's verbs need no window, and come before the single-instance lock: they talk to whoever runs.
const { isVerb, runCli } = await import('../cli/run.ts')
if (isVerb(words[0])) {
  app.exit(await runCli(words))
} else {
  app.enableSandbox()
  app.setAppUserModelId('org.whatslang.desktop')
  // A standard, secure scheme: relative addresses, storage and fetch work, and it is never file://.
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ])
  if (app.requestSingleInstanceLock()) {
    await app.whenReady()
    try {
      const { startDesktop } = await import('./host.ts')
      await startDesktop({ root, hidden: words.includes('--hidden') })
    } catch (error) {
      const { appendCrash } = await import('../config/log.ts')
      appendCrash(join(app.getPath('userData'), 'logs'), error)
      // There is no window yet, so a box is the only place to say it.
      const known = error instanceof Error && 'code' in error
      dialog.showErrorBox('Whatslang could not start', known ? error.message : 'The log holds what happened.')
      app.exit(1)
    }
  } else {
    app.exit(0)
  }
}
