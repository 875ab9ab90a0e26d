import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { Instant, procedure } from './common.ts'
import { FeedUrl } from './settings.ts'

export const HostInfo = z.object({
  kind: z.enum(['desktop', 'headless']),
  version: z.string(),
  platform: z.string(),
  demo: z.boolean(),
  data_directory: z.string(),
  database: z.object({ path: z.string(), source: z.string(), why: z.string() }),
  versions: z.record(z.string(), z.string()),
  /** What this host can do: file picker, save dialog, choose folder, start at login, tray. */
  capabilities: z.array(
    z.enum(['pick-file', 'save-file', 'pick-folder', 'login-item', 'tray', 'open-logs', 'updates']),
  ),
  locale: z.string(),
  /** A newer version. `ready`: it is installed when the program quits. `available`: the user installs it. */
  update: z.object({ version: z.string(), state: z.enum(['available', 'ready']) }).optional(),
})
export type HostInfo = z.infer<typeof HostInfo>

/** A task that runs or has just ended: backup, verify, restore, export, vacuum, ... */
export const TaskInfo = z.object({
  id: z.string(),
  kind: z.enum([
    'backup',
    'verify',
    'restore',
    'preview',
    'export',
    'vacuum',
    'salvage',
    'reindex',
    'import',
    'sync',
    'retention',
    'drill',
  ]),
  title: z.string(),
  /** The name of the file that it reads or writes, once it is known. */
  file: z.string().optional(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** 0 to 1; null: not known. */
  progress: z.number().min(0).max(1).nullable(),
  step: z.string().nullable(),
  started_at: Instant,
  ended_at: Instant.nullable(),
  message: z.string().nullable(),
  /** The failure's own code, for a page in another language. */
  code: z.string().optional(),
})
export type TaskInfo = z.infer<typeof TaskInfo>

/** What changed; the page asks again for what it shows. `resync`: ask for everything again. */
export const ChangeEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('session') }),
  z.object({ type: z.literal('chat'), jid: z.string() }),
  z.object({ type: z.literal('chats') }),
  z.object({ type: z.literal('message'), jid: z.string(), id: z.number().int() }),
  z.object({ type: z.literal('activity'), jid: z.string() }),
  z.object({ type: z.literal('bots') }),
  z.object({ type: z.literal('task'), task: TaskInfo }),
  z.object({ type: z.literal('backups') }),
  z.object({ type: z.literal('settings') }),
  z.object({ type: z.literal('model') }),
  z.object({ type: z.literal('health') }),
  z.object({ type: z.literal('host') }),
  z.object({ type: z.literal('audit') }),
  /** A browser signed in or was signed out. */
  z.object({ type: z.literal('sign-ins') }),
  z.object({ type: z.literal('navigate'), page: z.string() }),
  z.object({ type: z.literal('resync') }),
])
export type ChangeEvent = z.infer<typeof ChangeEvent>

export const host = {
  info: procedure.route({ method: 'GET', path: '/host', tags: ['host'] }).output(HostInfo),
  openLogs: procedure
    .route({ method: 'POST', path: '/host/open-logs', tags: ['host'] })
    .output(z.object({ opened: z.boolean() })),
  openLink: procedure
    .route({ method: 'POST', path: '/host/open-link', tags: ['host'] })
    .input(z.object({ url: z.url({ protocol: /^https?$/ }).max(2000) }))
    .output(z.object({ opened: z.boolean() })),
  pickDataFolder: procedure
    .route({ method: 'POST', path: '/host/pick-data-folder', tags: ['host'] })
    .output(z.object({ path: z.string().nullable(), restart_needed: z.boolean() })),
  /** Desktop host only: a native dialog chooses the folder of the backups. Null: the user cancelled. */
  pickBackupFolder: procedure
    .route({ method: 'POST', path: '/host/pick-backup-folder', tags: ['host'] })
    .output(z.object({ path: z.string().nullable() })),
  /** Desktop host only: a native dialog asks the user, with the address. Null: updates are off. */
  changeUpdateFeed: procedure
    .route({ method: 'POST', path: '/host/update-feed', tags: ['host'] })
    .input(z.object({ url: FeedUrl.nullable() }))
    .output(z.object({ changed: z.boolean() })),
  logs: procedure
    .route({ method: 'GET', path: '/host/logs', tags: ['host'] })
    .input(z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) }).optional())
    .output(z.array(z.object({ at: Instant, level: z.string(), message: z.string(), scope: z.string() }))),
}
export const tasks = {
  list: procedure.route({ method: 'GET', path: '/tasks', tags: ['tasks'] }).output(z.array(TaskInfo)),
  cancel: procedure
    .route({ method: 'POST', path: '/tasks/{id}/cancel', tags: ['tasks'] })
    .input(z.object({ id: z.string().max(64) }))
    .output(z.object({ cancelled: z.boolean() })),
}
export const events = {
  watch: procedure
    .route({ method: 'GET', path: '/events', tags: ['events'], summary: 'Server-sent events' })
    .output(eventIterator(ChangeEvent)),
}
