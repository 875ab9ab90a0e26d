import type { Words } from './catalogues.ts'
import { activity } from './es/activity.ts'
import { backups } from './es/backups.ts'
import { bots } from './es/bots.ts'
import { chat } from './es/chat.ts'
import { chats } from './es/chats.ts'
import { health } from './es/health.ts'
import { model } from './es/model.ts'
import { overview } from './es/overview.ts'
import { settings } from './es/settings.ts'
import { shell } from './es/shell.ts'
import { welcome } from './es/welcome.ts'

/** Every word that the page says, in Spanish. `satisfies` keeps its shape that of the English one. */
export const es = {
  ...shell,
  welcome,
  overview,
  chats,
  chat,
  bots,
  model,
  activity,
  backups,
  health,
  settings,
} satisfies Words
