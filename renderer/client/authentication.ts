/** Sends the token once; the host answers with a cookie that scripts cannot read. False: the host does not know this token. */
export async function signIn(token: string): Promise<boolean> {
  const answer = await fetch('/auth', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  return answer.ok
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
    return answer.status === 401 || answer.status === 403 ? 'unauthenticated' : 'online'
  } catch {
    // Nothing listens at the address: the program is stopped or restarting.
    return 'offline'
  }
}
