import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'out/main/cli.js')

/** Users of a machine that have no entry in passwd, as in a container. Only root can act as them. */
export const OWNER = 61_001
export const STRANGER = 61_002
export const canBeOthers =
  process.geteuid?.() === 0 && spawnSync('setpriv', ['--reuid', String(OWNER), 'true']).status === 0

const as = (user: number) => ['--reuid', String(user), '--regid', String(user), '--clear-groups', '--']

export interface Ran {
  code: number | null
  out: string
  err: string
  json(): Record<string, unknown>
}
interface Surroundings {
  cwd?: string
  env?: Record<string, string>
}

/** A program as another user: with no home, no name and an environment of its own. */
export function runAs(user: number, command: string[], { cwd = '/', env = {} }: Surroundings = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn('setpriv', [...as(user), ...command], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '', ...env },
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

export const whatslangAs = (user: number, args: string[], surroundings?: Surroundings) =>
  runAs(user, [process.execPath, cli, ...args], surroundings)

/** `whatslang serve` as another user, until `stop`. Resolves when it runs. Nobody is at the other end of its WhatsApp. */
export async function serveAs(user: number, args: string[], { cwd = '/', env = {} }: Surroundings = {}) {
  const child = spawn('setpriv', [...as(user), process.execPath, cli, 'serve', '--json', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      WHATSLANG_PORT: '0',
      WHATSLANG_EMULATOR_URL: 'ws://127.0.0.1:9',
      ...env,
    },
  })
  let err = ''
  child.stderr.on('data', (chunk) => {
    err += String(chunk)
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const first = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(String(chunk)))
    child.once('exit', () => reject(new Error(`It did not start: ${err}`)))
  })
  return {
    told: JSON.parse(first) as Record<string, string>,
    errors: () => err,
    async stop() {
      child.kill('SIGTERM')
      return await exited
    },
  }
}

/** A program of another user that listens at each path and tells how many bytes it was sent. */
export async function listenAs(user: number, paths: string[]) {
  const script = `
    import { createServer } from 'node:net'
    import { chmodSync } from 'node:fs'
    let bytes = 0
    for (const path of process.argv.slice(1)) {
      await new Promise((done) => createServer((s) => {
        s.on('error', () => s.destroy())
        s.on('data', (chunk) => { bytes += chunk.length; s.write('HTTP/1.1 101 Switching Protocols\\r\\n\\r\\n') })
      }).listen(path, done))
      chmodSync(path, 0o777)
    }
    process.stdout.write('listening')
    process.on('SIGTERM', () => process.stdout.write(String(bytes), () => process.exit()))`
  const child = spawn('setpriv', [...as(user), process.execPath, '--input-type=module', '-e', script, '--', ...paths], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const heard = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(String(chunk)))
    child.once('exit', () => reject(new Error('Nobody listens.')))
  })
  if (heard !== 'listening') throw new Error(heard)
  return {
    async received(): Promise<number> {
      const told = new Promise<string>((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk))))
      child.kill('SIGTERM')
      return Number(await told)
    },
    stop: () => child.kill('SIGKILL'),
  }
}

/** A folder that all may enter, with one of that user's in it, which is the user's own. */
export function homeOf(user: number, name: string): { shared: string; own: string } {
  const shared = mkdtempSync(join(tmpdir(), `whatslang-${name}-`))
  chmodSync(shared, 0o755)
  return { shared, own: folderOf(user, join(shared, 'own')) }
}

export function folderOf(user: number, path: string, mode = 0o700): string {
  mkdirSync(path)
  chownSync(path, user, user)
  chmodSync(path, mode)
  return path
}
