import { activity } from './activity.ts'
import { audit } from './audit.ts'
import { auth } from './auth.ts'
import { backups, exports, restore } from './backups.ts'
import { bots } from './bots.ts'
import { chats } from './chats.ts'
import { data, health } from './health.ts'
import { events, host, tasks } from './host.ts'
import { procedures } from './procedures.ts'
import { session } from './session.ts'
import { settings } from './settings.ts'

/** The whole contract, implemented. */
export const router = procedures.router({
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
})
export type Router = typeof router
