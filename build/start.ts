// `npm start`: the desktop application; where Electron's binary cannot be had or there is no display, the headless host on the same data directory.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { bundle } from './bundle.ts'

const root = join(import.meta.dirname, '..')

/** Why the desktop application cannot run here; undefined: it can. Fetches Electron's binary if it is missing. */
async function obstacle(): Promise<string | undefined> {
  if (process.argv.includes('--headless')) return 'You asked for it'
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'There is no display'
  if (electronBinary()) return undefined
  console.log('Fetching Electron, once.')
  const code = await run(process.execPath, [join(root, 'node_modules/electron/install.js')], 'ignore')
  return code === 0 && electronBinary() ? undefined : 'Electron’s binary could not be fetched'
}

function electronBinary(): string | undefined {
  if (!existsSync(join(root, 'node_modules/electron/path.txt'))) return undefined
  const path: unknown = createRequire(import.meta.url)('electron')
  return typeof path === 'string' && existsSync(path) ? path : undefined
}

function run(command: string, args: string[], stdio: 'inherit' | 'ignore' = 'inherit'): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio, cwd: root })
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
    if (stdio === 'inherit') {
      // Ctrl+C reaches the child by itself; it closes in order, and we wait for it.
      process.on('SIGINT', () => undefined)
      process.on('SIGTERM', () => child.kill('SIGTERM'))
    }
  })
}

await bundle()
const why = await obstacle()
const electron = why === undefined ? electronBinary() : undefined
if (electron) {
  process.exitCode = await run(electron, [root, ...process.argv.slice(2)])
} else {
  console.log(`${why ?? 'Electron is not here'}: starting the headless host on the same data directory instead.`)
  process.exitCode = await run(process.execPath, [join(root, 'out/main/cli.js'), 'serve'])
}
