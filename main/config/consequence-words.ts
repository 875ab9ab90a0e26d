import type { Consequence } from '../../preload/contract/settings.ts'

/** What a terminal says of a setting from a file; the page has its own words. */
export const CONSEQUENCE_WORDS: Readonly<Record<Consequence, string>> = {
  'key-again': 'messages go to this address, and its key is asked for again',
  'no-schedule': 'no backup is made by itself any more',
  'encryption-none': 'new backups are not encrypted',
  'encryption-passphrase': 'new backups need the passphrase of this computer',
  'encryption-recipients': 'new backups can be opened only with the keys of these recipients',
  'fewer-backups': 'older backups that no rule keeps any more are deleted',
  'texts-forgotten': 'older message texts are deleted',
  'higher-limit': 'contacts may make the model cost more',
  'loops-run': 'bots go on writing to other programs',
}
