import { ORPCError } from '@orpc/client'

/** Sends the token once; the host answers with a cookie that scripts cannot read. False: the host does not know this token. */
export async function signIn(token: string): Promise<boolean> {
  const answer = await fetch('/auth', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  return answer.ok
}

/** Ends this browser's own sign-in; its cookie goes as well. Rejects where the program does not answer or could not do it. */
export async function signOut(): Promise<void> {
  const answer = await fetch('/auth', { method: 'DELETE', credentials: 'same-origin' })
  // Signed out already, by another browser for example.
  if (answer.ok || answer.status === 401) return
  const body: unknown = await answer.json().catch(() => undefined)
  const message = typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : ''
  throw new ORPCError('UNAVAILABLE', { status: answer.status, message })
}

/** Takes `#token=...` out of the address, so that it is neither bookmarked nor shown. */
export function takeToken(): string | null {
  const token = /[#&]token=([^&]+)/.exec(window.location.hash)?.[1]
  if (!token) return null
  window.history.replaceState(null, '', window.location.pathname + window.location.search)
  return decodeURIComponent(token)
}

export async function sameOriginProbe(): Promise<'online' | 'offline' | 'unauthenticated'> {
  try {
    const answer = await fetch('/api/host', { credentials: 'same-origin', cache: 'no-store' })
    // 429: a cookie that is none any more, at an address from which too many of those came.
    return [401, 403, 429].includes(answer.status) ? 'unauthenticated' : 'online'
  } catch {
    // Nothing listens at the address: the program is stopped or restarting.
    return 'offline'
  }
}
