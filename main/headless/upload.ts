import { createWriteStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Program } from '../rpc/program.ts'
import { answerFailure, answerJson } from './headers.ts'

/** The largest file that is taken; a database of that size is years of messages. */
const MAX_UPLOAD = 16 * 1024 ** 3

export type Upload = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** A file to restore, as the raw body: straight to the disk, with a limit, and gone again if it does not arrive whole. */
export function createUpload(program: Program, limit = MAX_UPLOAD): Upload {
  return async (request, response) => {
    const announced = Number(request.headers['content-length'] ?? 0)
    if (announced > limit) return tooLarge(response, limit)
    const target = program.restore.receive()
    let bytes = 0
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length
        done(bytes > limit ? new RangeError('too large') : null, chunk)
      },
    })
    try {
      await pipeline(request, count, createWriteStream(target.path, { mode: 0o600, flags: 'wx' }))
    } catch (error) {
      target.discard()
      if (error instanceof RangeError) return tooLarge(response, limit)
      if (response.destroyed) return
      const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC'
      return full
        ? answerFailure(response, 507, 'NO_SPACE', 'The disk is full. Free some space, then upload the file again.')
        : answerFailure(response, 400, 'INCOMPLETE', 'The file did not arrive whole. Upload it again.')
    }
    const query = new URL(request.url ?? '/', 'http://host').searchParams
    answerJson(response, 200, target.done(query.get('name') ?? 'upload'))
  }
}

function tooLarge(response: ServerResponse, limit: number): void {
  response.setHeader('connection', 'close')
  answerFailure(
    response,
    413,
    'TOO_LARGE',
    `The file is larger than ${Math.round(limit / 1e9)} GB, the limit for uploads. Use the command line instead.`,
  )
}
