import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { createRouterClient } from '@orpc/server'
import { WebSocket } from 'ws'
import type { ExportFormat } from '../../preload/contract/backups.ts'
import type { Contract } from '../../preload/contract/index.ts'
import { writeDurably } from '../backup/durable-file.ts'
import type { Config } from '../config/config.ts'
import { findLocalWay, type LocalWay } from '../headless/local-client.ts'
import { LOCAL_HOST } from '../headless/local-socket.ts'
import { router } from '../rpc/router.ts'
import { OwnedError, ownerOf } from '../store/index.ts'
import { warnOfDoubt } from './doubt.ts'
import { openProgram } from './program.ts'
import type { Surroundings } from './surroundings.ts'

/** Whoever holds the data directory: the program that runs, or this process itself. Commands cannot tell the difference. */
export interface Owner {
  client: ContractRouterClient<Contract>
  /** Hands over a file to restore. */
  register(path: string): Promise<string>
  /** Writes an export to a new file. Returns its size. */
  export(format: ExportFormat, chat: string | undefined, path: string): Promise<number>
  dispose(): Promise<void>
}

/** @throws OwnedError where another program holds the data directory and does not answer, or does not prove that it is the holder */
export async function findOwner(config: Config, surroundings: Surroundings): Promise<Owner> {
  const holder = ownerOf(config.database.path)
  if (holder === undefined) return inThisProcess(config, surroundings)
  const found = await findLocalWay(config.database.path)
  const socket = 'way' in found ? await openSocket(found.first) : undefined
  if (socket !== undefined && 'way' in found) {
    const owner = overSocket(socket, found.way)
    // Without an answer nothing is warned of: the command itself then says what is wrong.
    warnOfDoubt(
      await owner.client.settings.get().then(
        ({ doubt }) => doubt,
        () => null,
      ),
    )
    return owner
  }
  // It holds the directory and does not listen: it is just starting or stopping, or another user's.
  const objections = 'objections' in found ? found.objections : []
  throw new OwnedError(config.database.path, holder === 'unnamed' ? undefined : holder, objections)
}

/** Undefined where the program stops just now. */
function openSocket(connection: Socket): Promise<WebSocket | undefined> {
  const socket = new WebSocket('ws://localhost/rpc', {
    headers: { host: LOCAL_HOST },
    createConnection: () => connection,
  })
  return new Promise((resolve) => {
    socket.once('open', () => resolve(socket))
    socket.once('error', () => resolve(undefined))
  })
}

function overSocket(socket: WebSocket, way: LocalWay): Owner {
  // ws' own class has all that the link uses of a browser's.
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
  return {
    client: createORPCClient(link),
    async register(file) {
      const { size } = await stat(file)
      const address = `/api/restore/upload?name=${encodeURIComponent(basename(file))}`
      const body = await call(way, 'PUT', address, async (out) => {
        out.setHeader('content-type', 'application/octet-stream')
        out.setHeader('content-length', size)
        await pipeline(createReadStream(file), out)
      })
      return String(JSON.parse(await textOf(body)).upload)
    },
    async export(format, chat, target) {
      const query = new URLSearchParams({ format, ...(chat === undefined ? {} : { chat }) })
      const body = await call(way, 'GET', `/api/export?${query}`, async (out) => {
        out.end()
      })
      await writeDurably(target, (file) => file.writeFile(body))
      return (await stat(target)).size
    },
    async dispose() {
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
      socket.close()
      const cut = setTimeout(() => socket.terminate(), 1000)
      await closed
      clearTimeout(cut)
    },
  }
}

async function inThisProcess(config: Config, surroundings: Surroundings): Promise<Owner> {
  const { app, close } = await openProgram(config, surroundings, { name: 'the whatslang command' })
  const { program } = app
  return {
    client: createRouterClient(router, { context: { program, caller: { by: 'command-line' } } }),
    register: async (path) => (await program.restore.register(path)).upload,
    export: async (format, chat, path) => (await program.export(format, chat, path)).bytes,
    dispose: close,
  }
}

/** One request to the owner's socket. Rejects with the contract's error where it is refused. */
async function call(
  way: LocalWay,
  method: string,
  path: string,
  send: (out: ReturnType<typeof request>) => Promise<void>,
): Promise<IncomingMessage> {
  const connection = await way.connect()
  const out = request({ createConnection: () => connection, method, path, headers: { host: LOCAL_HOST } })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    out.once('response', resolve)
    out.once('error', reject)
  })
  const [sent, response] = await Promise.allSettled([send(out), answered])
  // A refusal may come before all was sent; it says more than the broken pipe.
  if (response.status === 'rejected') throw response.reason
  if ((response.value.statusCode ?? 500) >= 400) {
    const { code, status, message, data } = JSON.parse(await textOf(response.value))
    throw new ORPCError(String(code), { status, message, data })
  }
  if (sent.status === 'rejected') throw sent.reason
  return response.value
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return text
}
