import Database from 'better-sqlite3'
import type { RestorePreview } from '../../../preload/contract/restore.ts'
import { LAST_INSTANT } from '../../store/python/values.ts'
import { readInstant, readText } from '../../store/read-column.ts'
import type { Candidate } from './candidate.ts'
import { RefusalError } from './refusal.ts'
import { isForeign } from './take-assignments.ts'

type Tables = RestorePreview['tables']
const CHATS_SHOWN = 500

export interface PreviewFacts {
  upload: string
  fileName: string
  mode: 'replace' | 'merge'
  switchOn: boolean
  /** Only these parts of the file are taken; the rest stays as it is here. */
  only?: { assignments?: boolean; chats?: string[] }
  proven: boolean
  createdAt: number | null
  knownBots: readonly string[]
  /** Identities whose files are of this installation. */
  own: readonly string[]
}

interface View {
  /** How a row is told from another across files, and what of it counts as changed. */
  key: readonly string[]
  value: readonly string[]
  /** `@` stands for the schema's name. */
  from: string
  /** By which a merge tells the newer one; without it a merge changes nothing that is here. */
  changedAt?: string
  /** The rows of a selection of chats. */
  inScope?: string
}
const SCOPE = '(SELECT jid FROM temp.scope)'

const VIEWS: Record<string, View> = {
  chats: {
    key: ['t.chat_jid'],
    value: ['t.chat_name', 't.is_manual', 't.archived'],
    changedAt: 't.updated_at',
    from: '@.chats t WHERE t.is_placeholder = 0',
    inScope: `t.chat_jid IN ${SCOPE}`,
  },
  bot_chat_assignments: {
    key: ['t.bot_name', 'c.chat_jid'],
    value: ['t.enabled', 't.answer_owner_messages', 't.context_message_count', 'r.chat_jid'],
    changedAt: 't.updated_at',
    from: '@.bot_chat_assignments t JOIN @.chats c ON c.id = t.chat_id LEFT JOIN @.chats r ON r.id = t.response_chat_id WHERE true',
    inScope: `c.chat_jid IN ${SCOPE}`,
  },
  messages: {
    key: ['c.chat_jid', 't.sender_jid', 't.message_id'],
    value: ['t.text'],
    from: '@.messages t JOIN @.chats c ON c.id = t.chat_id WHERE true',
    inScope: `c.chat_jid IN ${SCOPE}`,
  },
  processed_messages: {
    key: ['t.message_id', 't.bot_name', 'c.chat_jid'],
    value: ['t.response_text'],
    from: '@.processed_messages t LEFT JOIN @.chats c ON c.id = t.chat_id WHERE true',
    inScope: `c.chat_jid IN ${SCOPE}`,
  },
  bots: {
    key: ['t.name'],
    value: ['t.spec'],
    changedAt: 't.updated_at',
    from: '@.bots t WHERE true',
    inScope: `t.name IN (SELECT a.bot_name FROM file.bot_chat_assignments a JOIN file.chats c ON c.id = a.chat_id WHERE c.chat_jid IN ${SCOPE})`,
  },
}
/** What `only: { assignments: true }` touches. */
const WITH_ASSIGNMENTS = new Set(['chats', 'bot_chat_assignments', 'bots'])

/** What of a table would be gained, lost and changed: the rules of finish.ts, counted. */
function tableOf(db: Database.Database, table: string, view: View, facts: PreviewFacts): Tables[number] {
  const { only } = facts
  const one = (sql: string): number => Number(db.prepare(sql).pluck().get() ?? 0)
  const all = (schema: string): number => one(`SELECT count(*) FROM ${view.from.replaceAll('@', schema)}`)
  const counts = { table, in_file: all('file'), here: all('main') }
  if (only?.assignments === true && !WITH_ASSIGNMENTS.has(table)) return { ...counts, gained: 0, lost: 0, changed: 0 }
  const everyBot = table === 'bots' && only?.chats === undefined
  const limit = only === undefined || everyBot ? '' : ` AND ${view.inScope ?? 'true'}`
  const rows = (schema: string, columns: readonly string[]): string =>
    `SELECT ${columns.join(', ')} FROM ${view.from.replaceAll('@', schema)}${limit}`
  const full = [...view.key, ...view.value]
  const gained = one(`SELECT count(*) FROM (${rows('file', view.key)} EXCEPT ${rows('main', view.key)})`)
  if (facts.mode === 'merge') return { ...counts, gained, lost: 0, changed: one(newerThanHere(view, rows)) }
  // What was answered is kept in every mode, and a selection takes no chat and no bot away.
  const keeps = table === 'processed_messages' || (only !== undefined && (table === 'chats' || table === 'bots'))
  const lost = keeps ? 0 : one(`SELECT count(*) FROM (${rows('main', view.key)} EXCEPT ${rows('file', view.key)})`)
  if (table === 'bots' && only?.chats !== undefined) return { ...counts, gained, lost, changed: 0 }
  const differing = one(`SELECT count(*) FROM (${rows('file', full)} EXCEPT ${rows('main', full)})`)
  return { ...counts, gained, lost, changed: Math.max(0, differing - gained) }
}

function newerThanHere(view: View, rows: (schema: string, columns: readonly string[]) => string): string {
  if (view.changedAt === undefined) return 'SELECT 0'
  const columns = [...view.key, ...view.value].map((column, i) => `${column} AS c${i}`)
  const all = [...columns, `${view.changedAt} AS changed_at`]
  const same = view.key.map((_, i) => `f.c${i} IS m.c${i}`).join(' AND ')
  const other = view.value.map((_, i) => `f.c${view.key.length + i} IS NOT m.c${view.key.length + i}`).join(' OR ')
  return `SELECT count(*) FROM (${rows('file', all)}) f JOIN (${rows('main', all)}) m ON ${same} WHERE f.changed_at > m.changed_at AND (${other})`
}

/** Compares the candidate with the running database, row by row, through one read-only connection. */
export function previewRestore(candidate: Candidate, live: string, facts: PreviewFacts): RestorePreview {
  const db = new Database(live, { readonly: true })
  try {
    db.pragma('trusted_schema = OFF')
    db.prepare('ATTACH ? AS file').run(candidate.path)
    const one = (sql: string): number => Number(db.prepare(sql).pluck().get() ?? 0)
    const when = (schema: string): number | null =>
      readInstant(
        db
          .prepare(
            `SELECT max(sent_at) FROM ${schema}.messages WHERE typeof(sent_at) = 'integer' AND sent_at <= ${LAST_INSTANT}`,
          )
          .pluck()
          .get(),
      )
    const replacing = facts.mode === 'replace'
    const { only } = facts
    setScope(db, only)
    const missing = missingOf(db, only)
    const tables = Object.entries(VIEWS).map(([table, view]) => tableOf(db, table, view, facts))
    const perChat = (schema: string): string =>
      `SELECT c.chat_jid AS jid, c.chat_name AS name, (SELECT count(*) FROM ${schema}.messages m WHERE m.chat_id = c.id) AS n FROM ${schema}.chats c WHERE c.is_placeholder = 0`
    const chats = db
      .prepare<[], { jid: string; name: string | null; in_file: number; here: number }>(
        `SELECT jid, max(name) AS name, sum(f) AS in_file, sum(h) AS here FROM (SELECT jid, name, n AS f, 0 AS h FROM (${perChat('file')}) UNION ALL SELECT jid, name, 0, n FROM (${perChat('main')}))
         ${only === undefined ? '' : `WHERE jid IN ${SCOPE}`} GROUP BY jid ORDER BY abs(sum(f) - sum(h)) DESC, jid LIMIT ${CHATS_SHOWN}`,
      )
      .all()
      .map((chat) => ({ ...chat, jid: readText(chat.jid) ?? '', name: readText(chat.name) }))
    const sameIn = db
      .prepare<[string], number>(
        `SELECT count(*) FROM file.messages m JOIN file.chats c ON c.id = m.chat_id JOIN main.chats d ON d.chat_jid = c.chat_jid
       JOIN main.messages n ON n.message_id = m.message_id AND n.chat_id = d.id AND n.sender_jid = m.sender_jid WHERE c.chat_jid = ?`,
      )
      .pluck()
    const bots = db
      .prepare<[], string>(
        'SELECT DISTINCT bot_name FROM file.bot_chat_assignments WHERE bot_name NOT IN (SELECT name FROM file.bots UNION SELECT name FROM main.bots)',
      )
      .pluck()
      .all()
      .map((name) => readText(name) ?? '')
    const foreign = isForeign(db, { file: 'file', live: 'main' }, facts.own)
    return {
      upload: facts.upload,
      file_name: facts.fileName,
      kind: candidate.kind,
      generation: candidate.generation,
      schema_version: candidate.schemaVersion,
      created_at: facts.createdAt,
      proven: facts.proven,
      mode: facts.mode,
      tables,
      chats: chats.map((chat) => {
        if (only?.assignments === true) return { ...chat, gained: 0, lost: 0 }
        const same = sameIn.get(chat.jid) ?? 0
        return { ...chat, gained: chat.in_file - same, lost: replacing ? chat.here - same : 0 }
      }),
      chats_total: one(
        `SELECT count(*) FROM (SELECT chat_jid FROM file.chats WHERE is_placeholder = 0 UNION SELECT chat_jid FROM main.chats WHERE is_placeholder = 0)`,
      ),
      chats_in_file: one('SELECT count(*) FROM file.chats WHERE is_placeholder = 0'),
      settings: [],
      newest_message_in_file: when('file'),
      newest_message_here: when('main'),
      other_account: db
        .prepare<
          [],
          string
        >(`SELECT COALESCE(f.jid, f.lid) FROM file.accounts f WHERE COALESCE(f.jid, f.lid) IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM main.accounts m WHERE m.jid = f.jid OR m.lid = f.lid)`)
        .pluck()
        .all()
        .map((jid) => readText(jid) ?? ''),
      assignments_switched_off:
        foreign && !facts.switchOn
          ? one(
              `SELECT count(*) FROM file.bot_chat_assignments a JOIN file.chats c ON c.id = a.chat_id WHERE (a.enabled <> 0 OR a.was_enabled <> 0)${only === undefined ? '' : ` AND c.chat_jid IN ${SCOPE}`}`,
            )
          : 0,
      unknown_bots: bots.filter((bot) => !facts.knownBots.includes(bot)),
      unknown_tables: candidate.unknownTables,
      unknown_columns: candidate.unknownColumns,
      orphans: candidate.orphans,
      refused_rows: candidate.refusedRows,
      refused_rows_total: candidate.refusedRowsTotal,
      odd_values: candidate.odd,
      odd_values_total: candidate.odd.reduce((sum, { total }) => sum + total, 0),
      warnings: [...candidate.warnings, ...missing.map((jid) => `The file holds no chat ${jid}. It is left out.`)],
    }
  } finally {
    db.close()
  }
}

/** temp.scope: the chats of a selection, under the names that both sides know them by. */
function setScope(db: Database.Database, only: PreviewFacts['only']): void {
  if (only === undefined) return
  db.exec('CREATE TEMP TABLE scope (jid TEXT PRIMARY KEY) WITHOUT ROWID')
  if (only.chats === undefined) {
    const assigned = (schema: string): string =>
      `SELECT c.chat_jid FROM ${schema}.chats c JOIN ${schema}.bot_chat_assignments a ON a.chat_id = c.id`
    const all = (schema: string): string => `SELECT chat_jid FROM ${schema}.chats`
    const of = only.assignments === true ? assigned : all
    db.exec(`INSERT OR IGNORE INTO temp.scope ${of('file')} UNION ${of('main')}`)
    return
  }
  const alias = (schema: string): string =>
    `SELECT c.chat_jid FROM ${schema}.chats c JOIN ${schema}.chat_aliases a ON a.chat_id = c.id WHERE a.jid = @jid`
  const put = db.prepare(`INSERT OR IGNORE INTO temp.scope SELECT @jid UNION ${alias('file')} UNION ${alias('main')}`)
  for (const jid of only.chats) put.run({ jid })
}

/** Chats of a selection that the file does not hold, under whatever address. */
function missingOf(db: Database.Database, only: PreviewFacts['only']): string[] {
  const has = db.prepare(
    'SELECT 1 FROM file.chats WHERE chat_jid = @jid AND is_placeholder = 0 UNION SELECT 1 FROM file.chat_aliases WHERE jid = @jid',
  )
  const missing = (only?.chats ?? []).filter((jid) => has.get({ jid }) === undefined)
  if (missing.length > 0 && missing.length === only?.chats?.length)
    throw new RefusalError(
      'not-found',
      `The file holds no chat ${missing.slice(0, 3).join(', ')}. Choose one that it holds.`,
    )
  return missing
}
