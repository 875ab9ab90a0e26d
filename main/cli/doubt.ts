import type { SettingsDoubt } from '../../preload/contract/settings.ts'
import { CONFIRM, sayDoubt } from '../config/settings-doubt.ts'
import { createTerminal } from './terminal.ts'

/** That settings could not be read, with where the old file is and the way out. */
export const describeDoubt = (doubt: SettingsDoubt): string =>
  `${sayDoubt(doubt)} ${doubt.kept_as === null ? '' : `The old file is kept as ${doubt.kept_as}. `}${CONFIRM}`

/** For every command: what it does may not be what the user set. */
export function warnOfDoubt(doubt: SettingsDoubt | null | undefined): void {
  if (doubt) createTerminal(false).note(`warning: ${describeDoubt(doubt)}`)
}
