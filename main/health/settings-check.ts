import type { Finding } from '../../preload/contract/health.ts'
import type { SettingsDoubt } from '../../preload/contract/settings.ts'
import { CONFIRM, sayDoubt } from '../config/settings-doubt.ts'
import { fine, trouble } from './finding.ts'

/** Whether the settings are those that the user made. `repaired`: single ones that were not valid when they were read. */
export function checkSettings(repaired: readonly string[], doubt: SettingsDoubt | null): Finding[] {
  const findings = doubt === null ? [] : [doubtful(doubt)]
  const rest = repaired.filter((name) => name !== 'everything' && !doubt?.keys.includes(name))
  if (rest.length > 0) {
    const names = rest.join(', ')
    findings.push(
      trouble({
        key: rest.length === 1 ? 'settings.repaired' : 'settings.repaired-many',
        values: { names },
        level: 'warning',
        title: rest.length === 1 ? `The setting ${names} was not valid.` : `The settings ${names} were not valid.`,
        cause: 'Another value is used instead: the last good one, or the default.',
        wayOut: 'Set it again in Settings. The old file was kept beside the new one.',
      }),
    )
  }
  return findings.length === 0 ? [fine('settings.valid', 'The settings are valid.')] : findings
}

function doubtful(doubt: SettingsDoubt): Finding {
  const { why, instead, keys, kept_as, reasons = {} } = doubt
  const [reason] = Object.values(reasons)
  const key = instead === 'last-good' ? 'settings.doubtful-copy' : 'settings.doubtful-default'
  return trouble({
    key: reason ? 'settings.doubtful-schedule' : why === 'values' ? 'settings.doubtful-values' : key,
    values: {
      names: keys.join(', '),
      file: kept_as ?? 'settings.json',
      ...(reason && { code: reason.code, cause: reason.message }),
    },
    level: 'error',
    title: sayDoubt(doubt),
    cause:
      why === 'missing'
        ? 'The file settings.json was moved or deleted.'
        : `It was cut off, or edited by hand. It is kept as ${kept_as ?? 'settings.json'}.`,
    wayOut: `${CONFIRM} Until then nothing is backed up in plain, pruned, restored or forgotten that depends on them.`,
    facts: { at: doubt.at, instead, kept_as },
  })
}
