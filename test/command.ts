import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../main/store/index.ts'

const root = join(import.meta.dirname, '..')

export interface Outcome {
  code: number | null
  out: string
  err: string
  /** The object of --json. */
  json(): Record<string, unknown>
}

/** A data directory with an empty database: no command but `serve` and `restore` makes one. `chats`: how many it holds. */
export function makeData(folder: string, { chats = 0 } = {}): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const store = openStore({ path: join(folder, 'messages.db') })
  for (let n = 1; n <= chats; n++)
    store.chats.add(`1555010${String(n).padStart(4, '0')}@s.whatsapp.net`, { accountId: null })
  store.close()
  return folder
}

/** Runs the built `whatslang` as a user does, and waits for its end. Nobody sits at its terminal. */
export function whatslang(args: string[], env: Record<string, string> = {}, cwd = root): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'out/main/cli.js'), ...args], {
      cwd,
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
