// node --import register.ts boot.ts <main> [args]: starts the main process's module as Electron does. It is ready only once that module
// has been evaluated: one that waits for that at its top level never starts. Arguments look as they do under Electron.
import { pathToFileURL } from 'node:url'
import { app } from './app.ts'
import { readiness } from './readiness.ts'

const [executable = '', , main = '', ...words] = process.argv
process.argv = app.isPackaged ? [executable, ...words] : [executable, app.getAppPath(), ...words]
// Electron turns the signals that end a session into an orderly quit.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => app.quit())
await import(pathToFileURL(main).href)
readiness.reach()
