import fc from 'fast-check'
import { createRandom, type Random } from '../random.ts'
import { MARK, ODD_NUMBERS, ODD_TEXTS, ODD_VALUES, SECRET_MARK } from './odd.ts'
import type { Procedure, Shape } from './procedures.ts'

/** Names of things that exist, by the field that takes them (`jid`, `bots.remove.name`), so that a call gets past the first check. */
export type Known = Readonly<Record<string, readonly unknown[]>>

export interface FuzzedCall {
  procedure: Procedure
  /** `valid`: fits the contract. `near`: one place of it does not. `odd`: nothing fits. */
  kind: 'valid' | 'near' | 'odd'
  input: unknown
}

/** Only addresses of this machine: a call must not reach out to the network. Port 1 refuses at once. */
const LOCAL_URLS = ['http://127.0.0.1:1/v1', 'http://localhost:1/', 'https://127.0.0.1:1/x?y#z']
/** Fields that hold a document of their own. */
const DOCUMENTS: Readonly<Record<string, readonly string[]>> = {
  json: [
    '{"theme":"dark"}',
    '{"model":{"base_url":"http://127.0.0.1:1/v1"}}',
    '{"__proto__":{"theme":"dark"}}',
    '{"version":2}',
    '{"desktop":{"trusted_hosts":["evil.example"],"update_feed":"http://127.0.0.1:1/"}}',
    `${'{"model":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
    '[]',
    'null',
    '{"theme":',
    '{"backup":{"keep":{"last":1e400}}}',
  ],
  schedule: ['0 2 * * *', '0 0 31 2 *', '*/7 * 1 * 1'],
  folder: ['/proc/self', '/dev/null', '/etc/passwd', 'backups', '../..', '/nonexistent/folder'],
}
const LETTERS = ['a', 'Z', '7', ' ', '\n', 'é', 'ß', '中', '😀', '\u0301', '"', "'", '<', '&', '%', '\\', '/', '{', '.']
const MOST_TEXT = 300
const SECRETS = new Set([
  'value',
  'api_key',
  'passphrase',
  'identity',
  'text',
  'query',
  'answer',
  'pattern',
  'system_prompt',
])

/**
 * Calls in an order that the seed decides. `known` is asked at each call, as things come and go.
 * The generator never makes an input on which a call leaves this machine.
 */
export function createFuzzer(options: { seed: number; procedures: readonly Procedure[]; known(): Known }) {
  const random = createRandom(options.seed)
  const valid = createValues(random, options.seed)
  return {
    ...random,
    next(procedure: Procedure = random.one(options.procedures)): FuzzedCall {
      const kind = random.one(['valid', 'near', 'near', 'odd'] as const)
      if (kind === 'odd') return { procedure, kind, input: random.one(ODD_VALUES) }
      const { shape, name } = procedure
      const input = shape && valid(shape, '', { procedure: name, known: options.known() })
      return { procedure, kind, input: kind === 'valid' ? input : spoil(input, random, 0) }
    },
  }
}
export type Fuzzer = ReturnType<typeof createFuzzer>

interface Around {
  procedure: string
  known: Known
}

/** Values that fit a shape. */
function createValues({ below, one, chance }: Random, seed: number) {
  const matches = new Map<string, readonly string[]>()

  function valid(shape: Shape, field: string, around: Around): unknown {
    const names = around.known[`${around.procedure}.${field}`] ?? around.known[field] ?? []
    if (names.length > 0 && !chance(5)) return one(names)
    const choices = shape.anyOf ?? shape.oneOf
    if (choices) return valid(one(choices), field, around)
    if (shape.allOf) return Object.assign({}, ...shape.allOf.map((part) => valid(part, field, around)))
    if ('const' in shape) return shape.const
    if (shape.enum) return one(shape.enum)
    switch (shape.type ?? '') {
      case 'object':
        return Object.fromEntries(
          Object.entries(shape.properties ?? {})
            .filter(([name]) => shape.required?.includes(name) || chance(2))
            .map(([name, part]) => [name, valid(part, name, around)]),
        )
      case 'array': {
        const least = shape.minItems ?? 0
        const length = least + below(Math.max(1, Math.min(5, (shape.maxItems ?? 5) - least)))
        return Array.from({ length }, () => valid(shape.items ?? {}, field, around))
      }
      case 'string':
        return textOf(shape, field)
      case 'integer':
        return numberOf(shape, true)
      case 'number':
        return numberOf(shape, false)
      case 'boolean':
        return chance(2)
      case 'null':
        return null
      default:
        return one([null, 1, 'x', [], {}])
    }
  }

  function numberOf({ minimum, maximum, exclusiveMinimum }: Shape, whole: boolean): number {
    const least = Math.max(minimum ?? exclusiveMinimum ?? -1e9, -1e9)
    const most = Math.min(maximum ?? 1e9, 1e9)
    const value = one([least, most, least + (most - least) / 3, least + below(Math.max(1, most - least))])
    if (whole) return Math.round(value)
    return value === exclusiveMinimum ? value + 0.001 : value
  }

  function textOf(shape: Shape, field: string): string {
    if (shape.format === 'uri') return one(LOCAL_URLS)
    const documents = DOCUMENTS[field]
    if (documents) return one(documents)
    if (shape.pattern !== undefined) return one(matching(shape.pattern))
    const most = Math.min(shape.maxLength ?? MOST_TEXT, MOST_TEXT)
    const mark = SECRETS.has(field) ? SECRET_MARK : MARK
    const tail = Array.from({ length: below(Math.max(1, (most - mark.length) / 4)) }, () => one(LETTERS)).join('')
    return `${mark}${tail}`.slice(0, most)
  }

  function matching(pattern: string): readonly string[] {
    const known = matches.get(pattern)
    if (known) return known
    const whole = new RegExp(pattern, 'u')
    // fast-check knows no lookahead: what it forbids is left out afterwards. Addresses of the emulator are enough of theirs.
    const loose = pattern.includes('@')
      ? '^1555000[0-9]{4}@(s\\.whatsapp\\.net|lid|g\\.us)$'
      : pattern.replaceAll(/\(\?[!=][^()]*\)/g, '')
    const made = fc
      .sample(fc.stringMatching(new RegExp(loose, 'u')), { numRuns: 80, seed })
      .filter((text) => whole.test(text))
    if (made.length === 0) throw new Error(`No text was made that matches ${pattern}.`)
    matches.set(pattern, made)
    return made
  }

  return valid
}

/** The same value with one place of it gone, added, or of another kind. */
function spoil(value: unknown, random: Random, depth: number): unknown {
  const { one, chance } = random
  if (typeof value !== 'object' || value === null || depth > 5) return oddLike(value, random)
  if (Array.isArray(value)) {
    if (value.length === 0 || chance(4)) return one([[...value, null], [value], {}, Array(300).fill(value[0] ?? 1)])
    const at = one(value.map((_, index) => index))
    return value.with(at, spoil(value[at], random, depth + 1))
  }
  const keys = Object.keys(value)
  if (keys.length === 0 || chance(6)) {
    const copy = { ...value }
    const key = one(['__proto__', 'constructor', 'extra', 'toString'])
    return Object.defineProperty(copy, key, { value: { a: 1 }, enumerable: true, configurable: true, writable: true })
  }
  const key = one(keys)
  if (chance(6)) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))
  return { ...value, [key]: spoil(Reflect.get(value, key), random, depth + 1) }
}

function oddLike(value: unknown, { one, chance }: Random): unknown {
  if (typeof value === 'string' && !chance(3)) {
    const odd = one(ODD_TEXTS)
    return one([odd, `${value}${odd}`, `${odd}${value}`, value.slice(0, 1000).repeat(50), value.slice(1)])
  }
  if (typeof value === 'number' && !chance(3)) return one([...ODD_NUMBERS, String(value), value + 0.5, -value])
  return one(ODD_VALUES)
}
