import type { FindingKey } from '../../preload/contract/codes.ts'
import type { Finding } from '../../preload/contract/health.ts'

type Facts = Finding['facts']
type Values = NonNullable<Finding['values']>

/** All is as it should be; said all the same, so that a report shows what was looked at. */
export const fine = (key: FindingKey, title: string, facts: Facts = {}, values: Values = {}): Finding => ({
  code: codeOf(key),
  key,
  values,
  level: 'ok',
  title,
  cause: null,
  way_out: null,
  repairable: false,
  facts,
})

export interface Trouble {
  key: FindingKey
  /** What fills the places of its words in another language. */
  values?: Values
  level: 'info' | 'warning' | 'error'
  title: string
  cause: string
  wayOut: string
  repairable?: boolean
  facts?: Facts
}

export const trouble = ({
  key,
  values = {},
  level,
  title,
  cause,
  wayOut,
  repairable = false,
  facts = {},
}: Trouble): Finding => ({
  code: codeOf(key),
  key,
  values,
  level,
  title,
  cause,
  way_out: wayOut,
  repairable,
  facts,
})

/** What scripts look for: the sentence's key without its variant. What is wrong with backups has codes of its own. */
function codeOf(key: FindingKey): string {
  const own = BACKUP_CODES[key]
  if (own !== undefined) return own
  const [subject = key] = key.split('.')
  return subject === 'backup' ? 'backup-age' : subject
}
const BACKUP_CODES: Partial<Record<FindingKey, string>> = {
  'backup.failed': 'backup-failed',
  'backup.unproven': 'backup-unproven',
  'backup.undeletable': 'backup-undeletable',
  'backup.silent': 'backup-silent',
  'backup.not-mounted': 'backup-not-mounted',
  'backup.read-only': 'backup-read-only',
  'backup.gone': 'backup-gone',
  'backup.ahead': 'backup-ahead',
}
