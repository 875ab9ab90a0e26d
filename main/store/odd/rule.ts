import { plainJid } from '../jid.ts'
import { instantOf, LAST_INSTANT, stampOf } from '../python/values.ts'
import { type Bound, isPlainText, plainText, type Value } from './value.ts'

/** What becomes of a value. `quiet`: the program reads it as it is, and only writes it in its own form; nothing is said of it. */
export type Verdict = 'fine' | 'leave-out' | { instead: Bound; quiet?: true }

/** Other columns of the same row, for a value that stands in for another one. */
export type Row = (column: string) => Value | undefined

export interface Rule {
  /** What the column must hold, for people. */
  readonly must: string
  /** True in SQL for every value that is fine, by class and range. It may be false for a value that is fine: then `judge` says so. */
  readonly fine: (column: string) => string
  /** Its text must be plain (see isPlainText). */
  readonly text?: true
  readonly judge: (value: Value, row: Row) => Verdict
  /** A value in its own form is taken already: the row goes. Otherwise the value stays as it is. */
  readonly clash?: 'leave-out'
}

export const MOST = Number.MAX_SAFE_INTEGER

const isInteger = (value: Value, least: number, most: number): boolean =>
  value.is === 'integer' && value.value >= BigInt(least) && value.value <= BigInt(most)
const between = (least: number, most: number) => (column: string) =>
  `(typeof(${column}) = 'integer' AND ${column} BETWEEN ${least} AND ${most})`
const orNull = (fine: (column: string) => string) => (column: string) => `(${column} IS NULL OR ${fine(column)})`
const raw = (value: Value): unknown => (value.is === 'null' ? null : 'bytes' in value ? value.bytes : value.value)
const bigOrNull = (value: number | null): bigint | null => (value === null ? null : BigInt(value))

/** The number by which rows are found. */
export const id: Rule = {
  must: 'a number from 1 to 2^53',
  fine: between(1, MOST),
  judge: (value) => (isInteger(value, 1, MOST) ? 'fine' : 'leave-out'),
}
/** The number of a row of another table. Whether that row is there is checked apart. */
export const reference = (options: { nullable?: true; from?: 0; otherwise?: null } = {}): Rule => {
  const { nullable = false, from = 1, otherwise } = options
  return {
    must: 'the number of another row',
    fine: nullable ? orNull(between(from, MOST)) : between(from, MOST),
    judge(value) {
      if (isInteger(value, from, MOST) || (nullable && value.is === 'null')) return 'fine'
      return otherwise === null ? { instead: null } : 'leave-out'
    },
  }
}
/** A number of things. */
export const count = (otherwise: number | null = 0): Rule => ({
  must: 'a number from 0 to 2^53',
  fine: otherwise === null ? orNull(between(0, MOST)) : between(0, MOST),
  judge(value) {
    if (isInteger(value, 0, MOST) || (otherwise === null && value.is === 'null')) return 'fine'
    return { instead: bigOrNull(otherwise) }
  },
})
/** A count of the guide's files, which may stand there as a text; null is 0. */
export const guideCount: Rule = {
  must: 'a number from 0 to 2^53',
  fine: orNull(between(0, MOST)),
  judge(value) {
    if (value.is === 'null' || isInteger(value, 0, MOST)) return 'fine'
    // As SQLite casts it: see asCount.
    const number =
      'bytes' in value ? Number.parseInt(value.bytes.toString('latin1'), 10) : Math.trunc(Number(value.value))
    return { instead: Number.isSafeInteger(number) && number > 0 ? BigInt(number) : 0n }
  },
}

interface TimeOptions {
  /** Null is nothing unusual. */
  nullable?: true
  /** A column that the guide's files had: a time that is written out is read. */
  guide?: true
  /** The column that stands in where this one cannot be read; otherwise 0. */
  instead?: string
}
/** Milliseconds since 1970, up to the year 9999. */
export const time = ({ nullable, guide, instead }: TimeOptions = {}): Rule => ({
  must: 'a time (milliseconds since 1970)',
  fine: nullable ? orNull(between(0, LAST_INSTANT)) : between(0, LAST_INSTANT),
  judge(value, row) {
    if (isInteger(value, 0, LAST_INSTANT) || (nullable && value.is === 'null')) return 'fine'
    if (value.is === 'integer' && nullable) return { instead: null }
    // Clocks that are reckoned, and waits that are drawn by lot, have fractions.
    if (!guide && value.is === 'real' && value.value >= 0 && value.value <= LAST_INSTANT)
      return { instead: BigInt(Math.round(value.value)), quiet: true }
    const read = value.is === 'integer' ? null : instantOf(raw(value))
    if (guide && (read !== null || isBlank(value))) return { instead: bigOrNull(read), quiet: true }
    if (read !== null || nullable) return { instead: bigOrNull(read) }
    const other = instead === undefined ? undefined : row(instead)
    return { instead: other?.is === 'integer' && isInteger(other, 0, LAST_INSTANT) ? other.value : 0n }
  },
})
const isBlank = (value: Value): boolean => value.is === 'text' && value.bytes.toString('utf8').trim() === ''

/** `YYYY-MM-DD HH:MM:SS`, as CURRENT_TIMESTAMP writes it. */
export const STAMP = "'[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]'"
export const stamp: Rule = {
  must: 'a time (YYYY-MM-DD HH:MM:SS in UTC)',
  fine: (column) => `(${column} IS NULL OR (typeof(${column}) = 'text' AND ${column} GLOB ${STAMP}))`,
  text: true,
  judge(value) {
    if (value.is === 'null') return 'fine'
    const read = stampOf(raw(value))
    const text = value.is === 'text' ? value.bytes.toString('latin1') : undefined
    if (text !== undefined && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) && read !== null) return 'fine'
    return { instead: read, ...((read !== null || isBlank(value)) && { quiet: true as const }) }
  },
}

export const flag = (otherwise: 0 | 1 = 0): Rule => ({
  must: '0 or 1',
  fine: between(0, 1),
  judge: (value) => (isInteger(value, 0, 1) ? 'fine' : { instead: BigInt(otherwise) }),
})
const WORDS: Readonly<Record<string, bigint>> = { 1: 1n, true: 1n, yes: 1n, on: 1n, 0: 0n, false: 0n, no: 0n, off: 0n }
/** A switch of the guide's files: any number, or a word for yes or no. `empty` is what null means. */
export const guideFlag = (empty: 0 | 1, otherwise: 0 | 1 | 'as-read' = 'as-read'): Rule => ({
  must: '0 or 1',
  fine: between(0, 1),
  judge(value) {
    if (isInteger(value, 0, 1)) return 'fine'
    const word = value.is === 'text' ? WORDS[value.bytes.toString('latin1').toLowerCase()] : undefined
    const number =
      value.is === 'integer' || value.is === 'real'
        ? BigInt(Number(value.value !== 0 && value.value !== 0n))
        : undefined
    const read = value.is === 'null' ? BigInt(empty) : (word ?? number)
    const readable = read !== undefined && !(value.is === 'real' && !Number.isFinite(value.value))
    if (otherwise !== 'as-read') return { instead: BigInt(otherwise) }
    return { instead: read ?? 0n, ...(readable && { quiet: true as const }) }
  },
})

const fineText = (column: string): string => `typeof(${column}) = 'text'`
/** A text that is shown, or by which rows are found. */
export const text = (options: { nullable?: true; clash?: 'leave-out' } = {}): Rule => ({
  must: 'a text (UTF-8, without NUL)',
  fine: options.nullable ? orNull(fineText) : fineText,
  text: true,
  ...(options.clash && { clash: options.clash }),
  judge(value) {
    if (value.is === 'null') return options.nullable ? 'fine' : 'leave-out'
    if (value.is === 'text' && isPlainText(value.bytes)) return 'fine'
    return { instead: plainText(raw(value)) }
  },
})
/** An address in the one form by which it is looked for. */
export const jid = (options: { clash?: 'leave-out' } = {}): Rule => ({
  must: 'an address of WhatsApp',
  // Device parts and the server's older names: what plainJid takes away.
  fine: (column) =>
    `(typeof(${column}) = 'text' AND ${column} NOT GLOB '*[:_]*@*' AND ${column} NOT GLOB '*@c.us' AND ${column} NOT GLOB '*@hosted*')`,
  text: true,
  ...(options.clash && { clash: options.clash }),
  judge(value) {
    if (value.is === 'null') return 'leave-out'
    const read = plainText(raw(value)) ?? ''
    const plain = plainJid(read)
    if (value.is === 'text' && isPlainText(value.bytes))
      return plain === read ? 'fine' : { instead: plain, quiet: true }
    return { instead: plain }
  },
})
export const word = (words: readonly string[], otherwise: string): Rule => ({
  must: `one of ${words.join(', ')}`,
  fine: (column) => `(typeof(${column}) = 'text' AND ${column} IN (${words.map((one) => `'${one}'`).join(', ')}))`,
  judge(value) {
    const read = value.is === 'text' ? value.bytes.toString('utf8') : undefined
    return read !== undefined && words.includes(read) ? 'fine' : { instead: otherwise }
  },
})
/** JSON nests no deeper than SQLite itself reads it. */
const DEEPEST = 1000
export const json = (shape: 'object' | 'array', otherwise: null | string = null): Rule => {
  const fine = (column: string): string =>
    `(typeof(${column}) = 'text' AND CASE WHEN json_valid(${column}) THEN json_type(${column}) = '${shape}' ELSE 0 END)`
  return {
    must: `JSON (${shape})`,
    fine: otherwise === null ? orNull(fine) : fine,
    text: true,
    judge(value) {
      if (value.is === 'null') return otherwise === null ? 'fine' : { instead: otherwise }
      const is = value.is === 'text' && isPlainText(value.bytes) ? shapeOf(value.bytes.toString('utf8')) : undefined
      return is === shape ? 'fine' : { instead: otherwise }
    },
  }
}
function shapeOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (isDeeper(text)) return undefined
    return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  } catch {
    return undefined // It is no JSON.
  }
}
/** Brackets inside strings count too: a text with a thousand of them open at once is none that the program writes. */
function isDeeper(text: string): boolean {
  let depth = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1
    if (depth > DEEPEST) return true
  }
  return false
}
export const bytes: Rule = {
  must: 'bytes',
  fine: (column) => `(${column} IS NULL OR typeof(${column}) = 'blob')`,
  judge: (value) => (value.is === 'null' || value.is === 'blob' ? 'fine' : { instead: null }),
}
/** Nothing parses it. `why` is for the reader of the table. */
export const anything = (why: string): Rule => ({ must: why, fine: () => '1', judge: () => 'fine' })
/** Rows with any other value are no rows of ours. */
export const only = (rule: Rule): Rule => ({
  ...rule,
  clash: 'leave-out',
  judge: (value, row) => (rule.judge(value, row) === 'fine' ? 'fine' : 'leave-out'),
})
