// node --import register.ts <main>: `import ... from 'electron'` gets the stand-in, and the test can reach it over the IPC channel.
import { registerHooks } from 'node:module'

const url = new URL('./stand-in.ts', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' || specifier === 'electron/main'
      ? { url, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
})
Object.defineProperty(process, 'resourcesPath', { value: process.env.STAND_IN_RESOURCES ?? process.cwd() })
await import('./control.ts')
