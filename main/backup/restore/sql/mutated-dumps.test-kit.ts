// Dumps with mistakes and tricks in them, made from dumps of sqlite3, of Python and of our own, by the pieces that SQL is made of. One number makes one dump.

/** Numbers from 0 to 1, the same for the same seed. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const ODD = [
  ...[
    '\ufeff',
    '\u00a0',
    '\u200b',
    '\u2028',
    '\u0085',
    '\u3000',
    '\u180e',
    '\v',
    '\f',
    '\0',
    '\x1b',
    '\x7f',
    '\\',
    '\ufffd',
    '🎉',
    '\u0301',
  ],
  ...[
    '\u0661',
    '\uff07',
    '\u02bc',
    '^',
    '{',
    '}',
    '#',
    '@',
    '$',
    '?',
    ':',
    '!',
    '=',
    '.',
    ',',
    ';',
    '(',
    ')',
    '-',
    '+',
    '*',
    '/',
    '|',
    '~',
    '&',
  ],
]
const BLANK = [
  ' ',
  '\n',
  '\t',
  '\f',
  '\r\n',
  '',
  '  ',
  '--x\n',
  '/* ; */',
  '/**/',
  '/*/ */',
  '-- \' "\n',
  '\v',
  '\u00a0',
  '\ufeff',
  '/*',
  '--',
]
const QUOTES = ["'", "''", '"', '""', '`', '[', ']', "x'", "'x", "';", '");']
const WORDS =
  `SELECT UNION ALL DEFAULT VALUES RETURNING WITH RECURSIVE AS NULL NOT COLLATE NOCASE WITHOUT ROWID STRICT GENERATED ALWAYS UNIQUE PRIMARY KEY AUTOINCREMENT TEMP
IF EXISTS VIRTUAL OR IGNORE REPLACE ON CONFLICT DO NOTHING main temp sqlite_schema rowid oid ROLLBACK COMMIT BEGIN END EXPLAIN INDEXED GLOB values "values" desc action`.split(
    /\s+/,
  )
const VALUES = [
  ...[
    '(SELECT 1)',
    '1+1',
    "'a'||'b'",
    'abs(-1)',
    'randomblob(3)',
    'zeroblob(5)',
    'char(65,10)',
    'char()',
    'char(1114112)',
    'char(55296)',
    "unistr('\\0041\\\\')",
  ],
  ...[
    "unistr('\\u00e9\\+01F389\\UFFFFFFFF')",
    "unistr('\\x')",
    "replace('aXb','X',char(10))",
    "replace('aXb','',char(13))",
    "replace(replace('é\\n','\\n',char(10)),'X',char(13))",
  ],
  ...[
    "replace('aa','a','bbbb')",
    "CAST(x'41' AS TEXT)",
    "CAST('1' AS INTEGER)",
    "CAST(x'00e9' AS TEXT)",
    "CAST(x'C3A9' AS text)",
    '-5',
    '+5',
    '- 5',
    '--5\n',
    '1e5',
    '1.',
    '.5',
    '-.5e-3',
    '1e',
  ],
  ...[
    '0x10',
    '-0x1',
    '1_000',
    '007',
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775808',
    '-9223372036854775809',
    '1e999',
    '-1e999',
    'Inf',
    '-Inf',
    'infinity',
  ],
  ...[
    '-0.0',
    '-0',
    '0e0',
    '5.0',
    '1.7976931348623157e308',
    '4.9e-324',
    '2.2250738585072011e-308',
    "x''",
    "x'0'",
    "X'AbCd'",
    'TRUE',
    '?1',
    ':a',
    '$b',
    '"a"',
    'a',
    'NULL',
    'null',
  ],
  ...[
    "'it''s'",
    "''",
    "'12'",
    "' 12 '",
    "'1e2'",
    "'0x10'",
    "'9223372036854775808'",
    "'é\ufeff'",
    "'\u00a0'",
    '(1)',
    'NOT NULL',
    '1 COLLATE NOCASE',
    'CURRENT_TIMESTAMP',
    '1.0e+01',
  ],
]
const TYPES = [
  'INTEGER',
  'INT',
  'integer',
  'VARCHAR(20)',
  'BLOB',
  'ANY',
  'FLOATING POINT',
  'CHARINT',
  'DOUBLE PRECISION',
  '"INTEGER"',
  'NATIVE CHARACTER(70)',
  'DECIMAL(10,5)',
  '',
  'POINT',
  "'TEXT'",
  'REAL',
  'int/**/',
  'DATETIME',
  'IN/**/TEGER',
  'NUMERIC(1)',
]
const COLUMN_PARTS = [
  'PRIMARY KEY',
  'PRIMARY KEY DESC',
  'UNIQUE',
  'NOT NULL',
  'DEFAULT 5',
  "DEFAULT 'x'",
  'DEFAULT (1+1)',
  'DEFAULT a',
  'CHECK (1)',
  'CHECK (abs(1))',
  'REFERENCES t',
  'COLLATE NOCASE',
  'COLLATE x',
  'AS (1)',
  'GENERATED ALWAYS AS (1)',
  'CONSTRAINT c',
  'AUTOINCREMENT',
  'NULL',
  'DEFAULT -1.5',
  'DEFAULT CURRENT_DATE',
  'NOT DEFERRABLE',
]
const STATEMENTS = [
  ...[
    'SELECT 1;',
    "ATTACH 'x' AS y;",
    'CREATE VIEW v AS SELECT 1;',
    'CREATE TRIGGER r AFTER INSERT ON chats BEGIN SELECT 1; END;',
    'DROP TABLE chats;',
    'INSERT INTO chats SELECT * FROM chats;',
  ],
  ...[
    'UPDATE chats SET chat_name = 1;',
    'REPLACE INTO chats VALUES(1,2,3,4);',
    "VACUUM INTO 'x';",
    'PRAGMA journal_mode=WAL;',
    'BEGIN;',
    'COMMIT;',
    'END TRANSACTION;',
    ';',
    ';;',
    'CREATE TABLE q(a INTEGER PRIMARY KEY, b);',
    'INSERT INTO q VALUES(NULL,1);',
  ],
  ...[
    'CREATE TABLE q(a TEXT, PRIMARY KEY(a DESC)) WITHOUT ROWID;',
    'CREATE TABLE q(a INTEGER, b, PRIMARY KEY(a DESC));',
    "INSERT INTO q(b) VALUES('5'),(6);",
    "INSERT INTO Q(A,B) VALUES(1.0,'x');",
    'CREATE UNIQUE INDEX iq ON q(b) WHERE a > 1;',
    'ANALYZE sqlite_schema;',
    'INSERT INTO chats \ufeffSELECT chat_jid, chat_name, is_manual, last_synced FROM chats UNION ALL VALUES(1,2,3,4);',
    'CREATE INDEX ir ON chats(\ufeffabs(is_manual));',
    'ANALYZE;',
  ],
]

/** Texts, names, numbers, words, white space, comments, and single characters. */
const PIECE =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*\n?|\/\*[\s\S]*?\*\/|\s+|[\p{L}_][\p{L}\p{N}_$]*|\d[\d.eE_x]*|[\s\S]/gu

/** Values that a dump may write. */
const GOOD = VALUES.filter(
  (value) =>
    /^(-?[\d.]|'|x'|X'|NULL|null|char\(|unistr\(|replace\(|CAST\(x|-?Inf)/.test(value) &&
    !/\|\||^1\+| COLLATE/.test(value) &&
    !/^(1e|-?0x|1_000|x'0'|char\(\)|unistr\('\\x|replace\('aa|--)/.test(value),
)
const TABLES = ['q', '"q r"', '[q]', '`Q`', "'q'", 'key', 'ação', '"Ação"', '"a""b"', 'sqlite', 'desc']
const NAMES = [
  'a',
  '"b c"',
  '[d]',
  '`e`',
  "'f'",
  'key',
  'desc',
  'rowid',
  '"oid"',
  'A_1',
  'é',
  'x$y',
  'left',
  '"select"',
]
const PARTS = [
  ...COLUMN_PARTS.filter((part) => !/^(AS|GENERATED|AUTO|CHECK \(abs|COLLATE x)/.test(part)),
  'DEFAULT NULL UNIQUE',
  "DEFAULT 'a''b'",
]
const KEYS = [
  'INTEGER',
  'INTEGER PRIMARY KEY',
  'INTEGER PRIMARY KEY DESC',
  'INTEGER PRIMARY KEY AUTOINCREMENT',
  'INT PRIMARY KEY',
  'INTEGER CONSTRAINT k PRIMARY KEY ASC ON CONFLICT FAIL',
]
const OPTIONS = ['', '', '', ' WITHOUT ROWID', ' STRICT', ' STRICT, WITHOUT ROWID']

/** A table of any shape, with a few rows. */
function randomTable(pick: <T>(list: readonly T[]) => T, below: (end: number) => number): string[] {
  const table = pick(TABLES)
  const names = NAMES.filter(() => below(5) === 0).slice(0, 5)
  if (names.length === 0) names.push('a')
  const columns = names.map((name) => {
    const parts = below(3) === 0 ? pick(PARTS) : ''
    return `${name}${pick(BLANKS)}${pick(below(4) === 0 ? KEYS : TYPES)} ${parts}`
  })
  const some = () => names.filter(() => below(2) === 0)
  const order = () => pick(['', '', ' DESC', ' ASC', ' COLLATE NOCASE', ' COLLATE rtrim DESC'])
  if (below(2) === 0 && !columns.some((column) => /PRIMARY/.test(column)))
    columns.push(`PRIMARY KEY(${(some()[0] ?? 'a') + order()})`)
  if (below(4) === 0) columns.push(`UNIQUE (${names.join(',')}) ON CONFLICT IGNORE`)
  if (below(5) === 0) columns.push('CONSTRAINT c CHECK (1), FOREIGN KEY (a) REFERENCES t ON DELETE SET NULL')
  const create = `CREATE TABLE ${table}(${columns.join(',')})${pick(OPTIONS)};\n`
  const rows = Array.from({ length: 1 + below(4) }, () => {
    const chosen = below(3) === 0 ? some() : names
    const list = below(2) === 0 && chosen.length === names.length ? '' : `(${chosen.join(',')})`
    const row = () => `(${chosen.map(() => pick(GOOD)).join(',')})`
    return `INSERT INTO ${table}${list}${pick(BLANKS)}VALUES${row()}${below(3) === 0 ? `,${row()}` : ''};\n`
  })
  return [create, ...rows]
}
const BLANKS = [' ', '\n', '/**/', ' --x\n', '\f']

/** The dump of this number. Nearly half of them hold more than one mistake, a few none. */
export function mutatedDump(corpus: readonly string[][], seed: number): string {
  const random = mulberry(seed * 2_654_435_761)
  const below = (end: number): number => Math.floor(random() * end)
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
  const base = pick(corpus)
  // A stretch of a dump, with the tables that its rows need.
  const from = below(base.length)
  const whole = random() < 0.2
  const chosen = base.filter(
    (statement, i) =>
      /^CREATE TABLE/.test(statement) || (i >= from && i < from + 8 && (whole || !/^(BEGIN|COMMIT)/.test(statement))),
  )
  if (random() < 0.3) chosen.splice(below(chosen.length + 1), 0, pick(pick(corpus)))
  if (random() < 0.2) chosen.splice(below(chosen.length + 1), 0, `${pick(STATEMENTS)}\n`)
  if (random() < 0.1) chosen.push(`${pick(STATEMENTS)}\n`, `${pick(STATEMENTS)}\n`)
  const tables = below(3)
  if (tables > 0 && random() < 0.8) chosen.length = 0
  for (let i = 0; i < tables; i++) chosen.push(...randomTable(pick, below))
  let pieces: string[] = chosen.join('').match(PIECE) ?? []
  // Mistakes in rows tell more than mistakes in what comes before them.
  const isValue = (piece: string): boolean => /^(['\d]|NULL$)/.test(piece)
  const isType = (piece: string): boolean => /^(TEXT|INTEGER|INT|REAL|BLOB|TIMESTAMP|NUMERIC|BOOLEAN)$/.test(piece)
  const some = (wanted: (piece: string) => boolean): number => {
    const places = pieces.flatMap((piece, i) => (wanted(piece) ? [i] : []))
    return places.length === 0 ? below(pieces.length) : pick(places)
  }
  const insert = (text: string, at = below(pieces.length + 1)): void => void pieces.splice(at, 0, text)
  const CHANGES: (() => void)[] = [
    () => insert(pick(ODD)),
    () => insert(pick(BLANK)),
    () => insert(pick(QUOTES)),
    () => insert(` ${pick(WORDS)} `),
    () => void pieces.splice(some(isValue), 1, pick(VALUES)),
    () => void pieces.splice(some(isValue), 1, pick(VALUES)),
    () => void pieces.splice(some(isValue), 1, `${(random() * 10 ** (below(40) - 20)).toPrecision(15 + below(6))}`),
    () => void pieces.splice(some(isType), 1, pick(TYPES)),
    () => insert(` ${pick(COLUMN_PARTS)} `, some(isType) + 1),
    () => void pieces.splice(below(pieces.length), 1),
    () => insert(pieces[below(pieces.length)] ?? ''),
    () =>
      void pieces.splice(
        some((piece) => /^\s+$/.test(piece)),
        1,
        pick(BLANK),
      ),
    () => {
      const at = below(pieces.length)
      pieces[at] = random() < 0.5 ? (pieces[at] ?? '').toLowerCase() : (pieces[at] ?? '').toUpperCase()
    },
    () => {
      const at = below(pieces.length)
      const piece = pieces[at] ?? ''
      const middle = below(piece.length + 1)
      pieces[at] = piece.slice(0, middle) + pick(ODD) + piece.slice(middle)
    },
    () => {
      if (random() < 0.3) pieces = pieces.slice(0, below(pieces.length))
    },
  ]
  const changes = random() < 0.15 ? 0 : random() < 0.55 ? 1 : 2 + below(3)
  for (let i = 0; i < changes; i++) pick(CHANGES)()
  return pieces.join('')
}
