import type { RestoreOptions, RestorePreview } from '../../preload/contract/restore.ts'
import { CONSEQUENCE_WORDS } from '../config/consequence-words.ts'
import { moment } from './words.ts'

/** The preview as a person reads it, in lines. */
export function describe(preview: RestorePreview, options: RestoreOptions): string[] {
  const lines = [
    `${preview.file_name}: ${preview.kind}${preview.generation === null ? '' : `, generation ${preview.generation}`}, ${preview.created_at === null ? 'it does not say when it was made' : `made ${moment(preview.created_at)}`}${preview.proven ? ', whole by its own manifest' : ''}`,
    ...preview.tables.map(
      ({ table, in_file, here, gained, lost, changed }) =>
        `  ${table}: ${in_file} in the file, ${here} here; gains ${gained}, loses ${lost}, changes ${changed}`,
    ),
    `  newest message: ${newest(preview.newest_message_in_file)} in the file, ${newest(preview.newest_message_here)} here`,
  ]
  const selection = selectionOf(options)
  if (selection !== '') lines.push(`  only ${selection}; everything else stays as it is here`)
  if (preview.settings.length > 0) {
    const { settings } = options
    const some = Array.isArray(settings) ? settings : undefined
    const all = settings === true ? 'are taken' : 'stay as they are (--settings or --setting KEY takes them)'
    lines.push(`  ${preview.settings.length} settings differ${some === undefined ? ` and ${all}` : ''}:`)
    for (const { key, in_file, here, consequence } of preview.settings) {
      const taken = some === undefined ? '' : some.includes(key) ? ', is taken' : ', stays'
      const means = consequence === undefined ? '' : ` (${CONSEQUENCE_WORDS[consequence]})`
      lines.push(`    ${key}: ${in_file} in the file, ${here} here${means}${taken}`)
    }
  }
  if (preview.assignments_switched_off > 0) {
    lines.push(`  ${preview.assignments_switched_off} assignments arrive switched off (--switch-on keeps them on)`)
  }
  if (preview.unknown_bots.length > 0)
    lines.push(`  bots that this program does not know: ${preview.unknown_bots.join(', ')}`)
  if (preview.refused_rows_total > 0) {
    lines.push(`  ${preview.refused_rows_total} rows cannot be taken`)
    for (const { table, row, reason } of preview.refused_rows.slice(0, SHOWN))
      lines.push(`    ${table}, ${row}: ${reason}`)
    if (preview.refused_rows_total > SHOWN) lines.push('    … (--json lists more of them)')
  }
  lines.push(...oddValues(preview))
  lines.push(...preview.warnings.map((warning) => `  ${warning}`))
  return lines
}

const SHOWN = 10
const OUTCOMES: Record<RestorePreview['odd_values'][number]['outcome'], string> = {
  replaced: 'replaced; the file’s own is kept for the way back',
  'left-out': 'the rows are left out',
  unchanged: 'kept as they are, shown as far as they can be read',
}

/** Which values the program cannot read, by column, each with a few examples. */
function oddValues({ odd_values, odd_values_total }: RestorePreview): string[] {
  if (odd_values_total === 0) return []
  return [
    `  ${odd_values_total} values cannot be read:`,
    ...odd_values.map(({ table, column, outcome, must, total, examples }) => {
      const some = examples.map(({ row, value }) => `${row} ${value}`).join('; ')
      return `    ${table}.${column}: ${total}, not ${must} (${OUTCOMES[outcome]}): ${some}${total > examples.length ? '; …' : ''}`
    }),
  ]
}

const newest = (at: number | null): string => (at === null ? 'none' : moment(at))

function selectionOf({ only }: RestoreOptions): string {
  const chats = only?.chats === undefined ? '' : only.chats.length === 1 ? 'one chat' : `${only.chats.length} chats`
  if (only?.assignments !== true) return chats
  return chats === '' ? 'assignments' : `the assignments of ${chats}`
}
