import { setTimeout as sleep } from 'node:timers/promises'
import type { Link } from '../fuzz/link.ts'
import { openSocket } from '../fuzz/socket-link.ts'

const EVERY_MS = 300
const READS = ['/session/get', '/chats/list', '/settings/get', '/activity/list', '/backups/list', '/tasks/list']

/** Pages of a person who is signed in, which only look: they must not notice what others do. */
export function startPages(options: { url: string; token: string; count: number }) {
  const { url, token, count } = options
  const troubles: string[] = []
  let reads = 0
  let signIns = 0
  let going = true

  async function signedIn(): Promise<Link> {
    const answer = await fetch(`${url}/auth`, { method: 'POST', body: JSON.stringify({ token }) })
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
    const link = await openSocket(`${url}/rpc`, { cookie, origin: url })
    link.send(JSON.stringify({ i: 'changes', p: { u: '/events/watch', b: {} } }))
    signIns += 1
    return link
  }

  /** The new session may be ended as well before its WebSocket is open. */
  async function signedInAgain(): Promise<Link> {
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        return await signedIn()
      } catch {
        // Refused with 401, or not just now: once more.
        await sleep(EVERY_MS)
      }
    }
    return signedIn()
  }

  async function page(): Promise<void> {
    let link = await signedIn()
    while (going) {
      for (const path of READS) {
        try {
          const { status } = await link.call(path)
          reads += 1
          // While a restore swaps the database, a page is told to wait.
          if (status >= 400 && status !== 503) troubles.push(`${path} answered a page with ${status}`)
        } catch (error) {
          // A fuzzed call may have ended all sessions: the page signs in again.
          if (!link.closed) throw error
          link = await signedInAgain()
        }
      }
      await sleep(EVERY_MS)
    }
    await link.close()
  }
  const pages = Array.from({ length: count }, () =>
    page().catch((error: unknown) => void troubles.push(`a page broke: ${String(error)}`)),
  )
  return {
    get reads() {
      return reads
    },
    get signIns() {
      return signIns
    },
    troubles,
    async stop(): Promise<void> {
      going = false
      await Promise.all(pages)
    },
  }
}
