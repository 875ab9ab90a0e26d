import type { IncomingMessage } from 'node:http'
import { discardBody } from './discard-body.ts'

/**
 * The body of a request, in memory. `too-long`: it has more than `maxBytes`, and what still comes is thrown away, so that an answer can say so.
 * Rejects where the connection ends before the body does. How long it may take is watched by `progress`.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | 'too-long'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    discardBody(request)
    return Promise.resolve('too-long')
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const collect = (chunk: Buffer) => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes <= maxBytes) return
      request.off('data', collect)
      discardBody(request)
      resolve('too-long')
    }
    request.on('data', collect)
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('error', reject)
    request.once('close', () => reject(Object.assign(new Error('The request was cut off.'), { code: 'ECONNRESET' })))
  })
}
