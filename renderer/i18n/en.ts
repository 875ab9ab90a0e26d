import { activity } from './en/activity.ts'
import { backups } from './en/backups.ts'
import { bots } from './en/bots.ts'
import { chat } from './en/chat.ts'
import { chats } from './en/chats.ts'
import { health } from './en/health.ts'
import { model } from './en/model.ts'
import { overview } from './en/overview.ts'
import { settings } from './en/settings.ts'
import { shell } from './en/shell.ts'
import { welcome } from './en/welcome.ts'

/** Every word that the page says, in English. The other catalogues have the same shape. */
export const en = { ...shell, welcome, overview, chats, chat, bots, model, activity, backups, health, settings }
