import { ORPCError } from '@orpc/client'

/**
 * Hands a file over as something to restore. A browser sends it as a raw body, which the host writes to disk as it arrives (through
 * the WebSocket it would be held in memory); in the desktop program only a handle crosses.
 */
export async function uploadFile(file: File): Promise<{ upload: string; name: string }> {
  if (window.whatslang) {
    const { upload, name } = await window.whatslang.registerDroppedFile(file)
    return { upload, name }
  }
  const answer = await fetch(`/api/restore/upload?name=${encodeURIComponent(file.name)}`, {
    method: 'PUT',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/octet-stream' },
    body: file,
  })
  const body: unknown = await answer.json().catch(() => null)
  if (answer.ok && isRecord(body) && typeof body.upload === 'string') return { upload: body.upload, name: file.name }
  const message = isRecord(body) && typeof body.message === 'string' ? body.message : undefined
  throw new ORPCError('FAILED', { status: 422, ...(message === undefined ? {} : { message }) })
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
