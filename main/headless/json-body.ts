import type { IncomingMessage } from 'node:http'
import { readBody } from './read-body.ts'

export type JsonBody = { ok: true; value: unknown } | { ok: false; status: 400 | 413; code: string; message: string }

/**
 * The body of a call as JSON, whatever its content type says: the contract takes nothing else, and `curl -d` calls everything a form. An empty one
 * is undefined.
 */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<JsonBody> {
  const bytes = await readBody(request, maxBytes)
  if (bytes === 'too-long') {
    const message = `A call has ${maxBytes} bytes at most. Nothing was changed.`
    return { ok: false, status: 413, code: 'PAYLOAD_TOO_LARGE', message }
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { ok: true, value: text.trim() === '' ? undefined : JSON.parse(text) }
  } catch {
    // Neither UTF-8 nor JSON: the caller is told.
    const message = 'The body is not valid JSON in UTF-8. Nothing was changed.'
    return { ok: false, status: 400, code: 'BAD_REQUEST', message }
  }
}
