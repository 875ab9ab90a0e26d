import Database from 'better-sqlite3'
import type { RestorePreview } from '../../../preload/contract/backups.ts'
import type { Candidate } from './candidate.ts'

type Tables = RestorePreview['tables']
const CHATS_SHOWN = 500

/** How a row is told from another across files, and what of it counts as changed. `@` stands for the schema's name. */
const VIEWS: Record<string, { key: string; value: string; from: string }> = {
  chats: {
    key: 't.chat_jid',
    value: 't.chat_name, t.is_manual, t.archived',
    from: '@.chats t WHERE t.is_placeholder = 0',
  },
  bot_chat_assignments: {
    key: 't.bot_name, c.chat_jid',
    value: 't.enabled, t.answer_owner_messages, t.context_message_count, r.chat_jid',
    from: '@.bot_chat_assignments t JOIN @.chats c ON c.id = t.chat_id LEFT JOIN @.chats r ON r.id = t.response_chat_id',
  },
  messages: {
    key: 'c.chat_jid, t.sender_jid, t.message_id',
    value: 't.text',
    from: '@.messages t JOIN @.chats c ON c.id = t.chat_id',
  },
  processed_messages: {
    key: 't.message_id, t.bot_name, c.chat_jid',
    value: 't.response_text',
    from: '@.processed_messages t LEFT JOIN @.chats c ON c.id = t.chat_id',
  },
  bots: { key: 't.name', value: 't.spec', from: '@.bots t' },
}

/** Compares the candidate with the running database, row by row, through one read-only connection. */
export function previewRestore(
  candidate: Candidate,
  live: string,
  facts: {
    upload: string
    fileName: string
    mode: 'replace' | 'merge'
    switchOn: boolean
    proven: boolean
    createdAt: number | null
    knownBots: readonly string[]
  },
): RestorePreview {
  const db = new Database(live, { readonly: true })
  try {
    db.pragma('trusted_schema = OFF')
    db.prepare('ATTACH ? AS file').run(candidate.path)
    const one = (sql: string): number => Number(db.prepare(sql).pluck().get() ?? 0)
    const when = (schema: string): number | null =>
      (db.prepare(`SELECT max(sent_at) FROM ${schema}.messages`).pluck().get() as number | null) ?? null
    const replacing = facts.mode === 'replace'
    const tables: Tables = Object.entries(VIEWS).map(([table, view]) => {
      const from = (schema: string): string => view.from.replaceAll('@', schema)
      const keys = (schema: string): string => `SELECT ${view.key} FROM ${from(schema)}`
      const full = (schema: string): string => `SELECT ${view.key}, ${view.value} FROM ${from(schema)}`
      const inFile = one(`SELECT count(*) FROM (${keys('file')})`)
      const here = one(`SELECT count(*) FROM (${keys('main')})`)
      const gained = one(`SELECT count(*) FROM (${keys('file')} EXCEPT ${keys('main')})`)
      // What was answered is kept in every mode.
      const lost =
        replacing && table !== 'processed_messages'
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
         GROUP BY jid ORDER BY abs(sum(f) - sum(h)) DESC, jid LIMIT ${CHATS_SHOWN}`,
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
