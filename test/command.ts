import { spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

export interface Outcome {
  code: number | null
  out: string
  err: string
  /** The object of --json. */
  json(): Record<string, unknown>
}

/** Runs the built `whatslang` as a user does, and waits for its end. Nobody sits at its terminal. */
export function whatslang(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'out/main/cli.js'), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => {
      out += String(chunk)
    })
    child.stderr.on('data', (chunk) => {
      err += String(chunk)
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, out, err, json: () => JSON.parse(out) }))
  })
}
