import type { Words } from './catalogues.ts'
import { activity } from './pt-BR/activity.ts'
import { backups } from './pt-BR/backups.ts'
import { bots } from './pt-BR/bots.ts'
import { chat } from './pt-BR/chat.ts'
import { chats } from './pt-BR/chats.ts'
import { health } from './pt-BR/health.ts'
import { model } from './pt-BR/model.ts'
import { overview } from './pt-BR/overview.ts'
import { settings } from './pt-BR/settings.ts'
import { shell } from './pt-BR/shell.ts'
import { welcome } from './pt-BR/welcome.ts'

/** Every word that the page says, in Brazilian Portuguese. `satisfies` keeps its shape that of the English one. */
export const ptBR = {
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
