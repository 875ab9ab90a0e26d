import { createWriteStream } from 'node:fs'
import { rm, statfs } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { freeBytes } from '../files/free-space.ts'
import { asContractError } from '../rpc/failure.ts'
import type { Program } from '../rpc/program.ts'
import { discardBody } from './discard-body.ts'
import { answerFailure, answerJson } from './headers.ts'

export const UPLOAD_PATH = '/api/restore/upload'
export type Upload = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** No file to restore is larger; the disk is full long before. */
export const MAX_UPLOAD = 64 * 1024 ** 3
/** Kept free for the running database. */
const RESERVE = 256 * 1024 ** 2

/** `PUT /api/restore/upload`: the raw body goes to a 0600 file as it comes, and never into memory. */
export function createUpload({ restore, log }: Pick<Program, 'restore' | 'log'>, limit = MAX_UPLOAD): Upload {
  return async (request, response) => {
    const path = await restore.uploadPath()
    let whole = false
    try {
      const announced = Number(request.headers['content-length'] ?? 0)
      const free = freeBytes(await statfs(dirname(path))) - RESERVE
      if (announced > Math.min(limit, free)) {
        discardBody(request)
        return announced > limit ? tooLarge(response, limit) : noSpace(response, announced, free)
      }
      let bytes = 0
      const counted = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          bytes += chunk.length
          if (bytes > limit) done(new TooLarge())
          else if (bytes > free) done(new DiskFull())
          else done(null, chunk)
        },
      })
      try {
        await pipeline(request, counted, createWriteStream(path, { mode: 0o600, flags: 'wx', flush: true }))
      } catch (cause) {
        // The sender went away: nobody is left to be told.
        if (request.errored || request.destroyed) return
        response.setHeader('connection', 'close')
        if (cause instanceof TooLarge) return tooLarge(response, limit)
        if (cause instanceof DiskFull || isFull(cause)) return noSpace(response, bytes, free)
        throw cause
      }
      try {
        const { upload } = await restore.register(path, { name: nameOf(request), owned: true })
        whole = true
        answerJson(response, 200, { upload, bytes })
      } catch (cause) {
        // An empty file, for example: refused in the contract's words.
        const failure = asContractError(cause, log)
        answerJson(response, failure.status, failure.toJSON())
      }
    } finally {
      if (!whole) await rm(path, { force: true })
    }
  }
}

class TooLarge extends Error {}
class DiskFull extends Error {}
const isFull = (cause: unknown) => cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC'

function tooLarge(response: ServerResponse, limit: number): void {
  answerFailure(response, 413, 'PAYLOAD_TOO_LARGE', `The file is larger than ${limit} bytes. Nothing was kept of it.`)
}

function noSpace(response: ServerResponse, needed: number, free: number): void {
  answerJson(response, 507, {
    defined: true,
    code: 'NO_SPACE',
    status: 507,
    message: 'There is not enough free space for this file. Nothing was kept of it. Free some space and try again.',
    data: { needed, free: Math.max(free, 0) },
  })
}

/** For people only; the file's contents decide what it is. */
function nameOf(request: IncomingMessage): string {
  const asked = new URL(request.url ?? '/', 'http://host').searchParams.get('name')
  const name = asked ?? /filename="([^"]+)"/.exec(request.headers['content-disposition'] ?? '')?.[1] ?? 'upload'
  return name.replaceAll(/[/\\\0]/g, '_').slice(0, 255)
}
