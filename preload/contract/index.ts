import { activity } from './activity.ts'
import { audit } from './audit.ts'
import { auth } from './auth.ts'
import { backups, exports } from './backups.ts'
import { bots } from './bots.ts'
import { chats } from './chats.ts'
import { data, health } from './health.ts'
import { events, host, tasks } from './host.ts'
import { restore } from './restore.ts'
import { session } from './session.ts'
import { settings } from './settings.ts'

/** Everything a renderer, a script or a second `whatslang` can ask of the program. The host adds `/api` before each path. */
export const contract = {
  session,
  chats,
  bots,
  activity,
  audit,
  auth,
  settings,
  backups,
  restore,
  exports,
  health,
  data,
  host,
  tasks,
  events,
}
export type Contract = typeof contract
