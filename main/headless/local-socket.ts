import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Caller } from '../rpc/caller.ts'
import type { Program } from '../rpc/program.ts'
import { router } from '../rpc/router.ts'
import { serveRpc } from '../rpc/serve.ts'
import { realFile } from '../store/owner-lock.ts'
import { createApi } from './api.ts'
import { answerFailure, setSecurityHeaders } from './headers.ts'
import { HostError } from './host-error.ts'
import { createSockets, refuseUpgrade } from './sockets.ts'
import { createUpload } from './upload.ts'

/** What callers send as `Host`. A browser cannot reach a local socket, and would not send this. */
export const LOCAL_HOST = 'whatslang.local'

/**
 * Where the owner of a database listens for the command line: a pipe or socket whose short name is hashed from the file's real path
 * (a socket's path may have 107 bytes at most). Only this user can reach it.
 */
export function localSocketPath(database: string, env: NodeJS.ProcessEnv = process.env): string {
  return (env.XDG_RUNTIME_DIR && inFolder(env.XDG_RUNTIME_DIR, database)) || inFolder(ownTemporaryFolder(), database)
}

/** Every place to look for it: a service has no XDG_RUNTIME_DIR where the same user's shell has one. */
export function localSocketPlaces(database: string, env: NodeJS.ProcessEnv = process.env): string[] {
  const folders = [env.XDG_RUNTIME_DIR, `/run/user/${userInfo().uid}`, ownTemporaryFolder()]
  return [...new Set(folders.flatMap((folder) => (folder ? inFolder(folder, database) : [])))]
}

const ownTemporaryFolder = () => join(tmpdir(), `whatslang-${userInfo().uid}`)

function inFolder(folder: string, database: string): string {
  const name = createHash('sha256').update(realFile(database)).digest('hex').slice(0, 16)
  return process.platform === 'win32' ? `\\\\.\\pipe\\whatslang-${name}` : join(folder, `whatslang-${name}.sock`)
}

/**
 * Serves the same contract to this user's own programs. The caller holds the database's owner lock, so a socket that is left over is nobody's.
 * Where it cannot be had, the program runs without it, and says so in its log.
 */
export async function serveLocally(options: { program: Program; database: string }): Promise<LocalServer> {
  try {
    return await listen(options)
  } catch (cause) {
    options.program.log.warn({ err: cause }, 'the command line cannot talk to this program while it runs')
    return { dispose: async () => undefined }
  }
}
export interface LocalServer {
  dispose(): Promise<void>
}

async function listen(options: { program: Program; database: string }): Promise<LocalServer> {
  const { program, database } = options
  const path = localSocketPath(database)
  if (process.platform !== 'win32') {
    preparePrivateFolder(join(path, '..'))
    rmSync(path, { force: true })
  }
  const caller: Caller = { by: 'command-line' }
  const sockets = createSockets(serveRpc({ program }))
  const api = createApi({ router, program, version: program.host().version, upload: createUpload(program) })
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    setSecurityHeaders(response)
    const pathname = (request.url ?? '').split('?', 1)[0] ?? ''
    if (request.headers.host !== LOCAL_HOST || request.headers.origin !== undefined || !pathname.startsWith('/api/')) {
      return answerFailure(response, 403, 'FORBIDDEN', 'Only the command line speaks here.')
    }
    api(request, response, pathname, caller).catch((cause: unknown) => {
      program.log.error({ err: cause }, 'a local request failed')
      response.destroy()
    })
  })
  server.on('upgrade', (request, socket: Duplex, head) => {
    socket.on('error', () => socket.destroy())
    if (request.headers.host !== LOCAL_HOST || request.headers.origin !== undefined || request.url !== '/rpc') {
      refuseUpgrade(socket, 403)
      return
    }
    sockets.accept(request, socket, head, caller)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  if (process.platform !== 'win32') chmodSync(path, 0o600)
  return {
    async dispose(): Promise<void> {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      sockets.close()
      sockets.cut()
      server.closeAllConnections()
      await closed
    },
  }
}

/** @throws HostError where somebody else made the folder, or others may write into it */
function preparePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const facts = lstatSync(folder)
  if (!facts.isDirectory() || facts.uid !== userInfo().uid || (facts.mode & 0o022) !== 0) {
    throw new HostError(
      'address-refused',
      `The folder ${folder} belongs to somebody else or can be written by others, so the command line cannot be served there. Remove it, or set XDG_RUNTIME_DIR to a folder of your own.`,
    )
  }
}
