import type { AppProcess } from './app-process.ts'
import type { Cast } from './cast.ts'

/** Gives each of the demo's people a bot, and the group a translator. */
export async function assignBots(app: Pick<AppProcess, 'api'>, cast: Pick<Cast, 'contacts' | 'group'>): Promise<void> {
  const [ana, ben, carla, dan] = cast.contacts
  const assignments: [string | undefined, string][] = [
    [ana?.lid, 'translation'],
    [ben?.lid, 'translation'],
    [carla?.lid, 'joke'],
    [dan?.lid, 'health_coach'],
    [cast.group.jid, 'translation'],
  ]
  for (const [jid, bot] of assignments) {
    if (!jid) continue
    // History may have brought the chat already.
    await app.api('POST', '/chats', { jid }).catch(() => undefined)
    await app.api('PUT', `/chats/${encodeURIComponent(jid)}/bots/${bot}`, { enabled: true })
  }
}
