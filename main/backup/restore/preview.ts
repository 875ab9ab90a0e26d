import Database from 'better-sqlite3'
import type { RestorePreview } from '../../../preload/contract/backups.ts'
import type { Candidate } from './candidate.ts'

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
}

/**
 * How a row is told from another across files, and what of it counts as changed. `@` stands for the schema's name, `chat` for the
 * column by which a selection of chats is made.
 */
const VIEWS: Record<string, { key: string; value: string; from: string; chat?: string }> = {
  chats: {
    chat: 't.chat_jid',
    key: 't.chat_jid',
    value: 't.chat_name, t.is_manual, t.archived',
    from: '@.chats t WHERE t.is_placeholder = 0',
  },
  bot_chat_assignments: {
    chat: 'c.chat_jid',
    key: 't.bot_name, c.chat_jid',
    value: 't.enabled, t.answer_owner_messages, t.context_message_count, r.chat_jid',
    from: '@.bot_chat_assignments t JOIN @.chats c ON c.id = t.chat_id LEFT JOIN @.chats r ON r.id = t.response_chat_id WHERE true',
  },
  messages: {
    chat: 'c.chat_jid',
    key: 'c.chat_jid, t.sender_jid, t.message_id',
    value: 't.text',
    from: '@.messages t JOIN @.chats c ON c.id = t.chat_id WHERE true',
  },
  processed_messages: {
    chat: 'c.chat_jid',
    key: 't.message_id, t.bot_name, c.chat_jid',
    value: 't.response_text',
    from: '@.processed_messages t LEFT JOIN @.chats c ON c.id = t.chat_id WHERE true',
  },
  bots: { key: 't.name', value: 't.spec', from: '@.bots t WHERE true' },
}

/** Compares the candidate with the running database, row by row, through one read-only connection. */
export function previewRestore(candidate: Candidate, live: string, facts: PreviewFacts): RestorePreview {
  const db = new Database(live, { readonly: true })
  try {
    db.pragma('trusted_schema = OFF')
    db.prepare('ATTACH ? AS file').run(candidate.path)
    const one = (sql: string): number => Number(db.prepare(sql).pluck().get() ?? 0)
    const when = (schema: string): number | null =>
      (db.prepare(`SELECT max(sent_at) FROM ${schema}.messages`).pluck().get() as number | null) ?? null
    const replacing = facts.mode === 'replace'
    const { only } = facts
    setScope(db, only)
    const scope = only === undefined ? '' : ' IN (SELECT jid FROM temp.scope)'
    const tables: Tables = Object.entries(VIEWS).map(([table, view]) => {
      const limit = scope === '' ? '' : view.chat === undefined ? ' AND false' : ` AND ${view.chat}${scope}`
      const from = (schema: string): string => view.from.replaceAll('@', schema) + limit
      const keys = (schema: string): string => `SELECT ${view.key} FROM ${from(schema)}`
      const full = (schema: string): string => `SELECT ${view.key}, ${view.value} FROM ${from(schema)}`
      const all = (schema: string): number => one(`SELECT count(*) FROM ${view.from.replaceAll('@', schema)}`)
      const inFile = all('file')
      const here = all('main')
      const taken = only?.assignments !== true || table === 'chats' || table === 'bot_chat_assignments'
      if (!taken) return { table, in_file: inFile, here, gained: 0, lost: 0, changed: 0 }
      const gained = one(`SELECT count(*) FROM (${keys('file')} EXCEPT ${keys('main')})`)
      // What was answered is kept in every mode.
      const lost =
        replacing && table !== 'processed_messages' && (only === undefined || table !== 'chats')
          ? one(`SELECT count(*) FROM (${keys('main')} EXCEPT ${keys('file')})`)
          : 0
      const differing = one(`SELECT count(*) FROM (${full('file')} EXCEPT ${full('main')})`)
      return { table, in_file: inFile, here, gained, lost, changed: Math.max(0, differing - gained) }
    })
    const perChat = (schema: string): string =>
      `SELECT c.chat_jid AS jid, c.chat_name AS name, (SELECT count(*) FROM ${schema}.messages m WHERE m.chat_id = c.id) AS n FROM ${schema}.chats c WHERE c.is_placeholder = 0`
    const chats = db
      .prepare<[], { jid: string; name: string | null; in_file: number; here: number }>(
        `SELECT jid, max(name) AS name, sum(f) AS in_file, sum(h) AS here FROM (SELECT jid, name, n AS f, 0 AS h FROM (${perChat('file')}) UNION ALL SELECT jid, name, 0, n FROM (${perChat('main')}))
         ${only === undefined ? '' : `WHERE jid${scope}`} GROUP BY jid ORDER BY abs(sum(f) - sum(h)) DESC, jid LIMIT ${CHATS_SHOWN}`,
      )
      .all()
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
    const installation = (schema: string): unknown =>
      db.prepare(`SELECT value FROM ${schema}.meta WHERE key = 'installation'`).pluck().get()
    const foreign = installation('file') === undefined || installation('file') !== installation('main')
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
      newest_message_in_file: when('file'),
      newest_message_here: when('main'),
      other_account: db
        .prepare<
          [],
          string
        >(`SELECT COALESCE(f.jid, f.lid) FROM file.accounts f WHERE COALESCE(f.jid, f.lid) IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM main.accounts m WHERE m.jid = f.jid OR m.lid = f.lid)`)
        .pluck()
        .all(),
      assignments_switched_off:
        foreign && !facts.switchOn
          ? one('SELECT count(*) FROM file.bot_chat_assignments WHERE enabled <> 0 OR was_enabled <> 0')
          : 0,
      unknown_bots: bots.filter((bot) => !facts.knownBots.includes(bot)),
      unknown_tables: candidate.unknownTables,
      unknown_columns: candidate.unknownColumns,
      orphans: candidate.orphans,
      refused_rows: candidate.refusedRows,
      refused_rows_total: candidate.refusedRowsTotal,
      warnings: candidate.warnings,
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
