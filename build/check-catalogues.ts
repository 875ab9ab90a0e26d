// Each catalogue of the page (renderer/i18n) against the English one and against what the page uses. tsc names a key that
// is missing where the types reach; this also finds keys that nothing uses, differing placeholders, lacking plural forms and
// texts that were left in English.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LANGUAGE_CODES, type OtherLanguage } from '../preload/contract/languages.ts'
import { CATALOGUES } from '../renderer/i18n/catalogues.ts'
import { en } from '../renderer/i18n/en.ts'

type Texts = ReadonlyMap<string, string>
export interface Checked {
  code: string
  words: Texts
  /** Texts that read the same in English, on purpose. */
  same?: ReadonlySet<string>
}

/** The texts of a tree, under keys with dots. */
export function flat(tree: object, at = ''): Map<string, string> {
  const texts = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') texts.set(at + key, value)
    else if (typeof value === 'object' && value !== null)
      for (const [inner, text] of flat(value, `${at}${key}.`)) texts.set(inner, text)
  }
  return texts
}

const FORM = /_(zero|one|two|few|many|other)$/
const base = (key: string) => key.replace(FORM, '')
const holes = (text: string) =>
  [...new Set(text.match(/{{\s*\w+\s*}}/g)?.map((hole) => hole.replaceAll(' ', '')))].sort()

/** What differs between a catalogue and the English one. */
export function differences(english: Texts, { code, words, same = new Set() }: Checked): string[] {
  const forms = new Intl.PluralRules(code).resolvedOptions().pluralCategories
  const problems: string[] = []
  for (const [key, text] of english) {
    const own = words.get(key)
    if (own === undefined) problems.push(`${key} is missing`)
    else if (own.trim() === '') problems.push(`${key} is empty`)
    else {
      if (holes(own).join() !== holes(text).join())
        problems.push(
          `${key} has the placeholders ${holes(own).join(' ') || '(none)'}, English has ${holes(text).join(' ') || 'none'}`,
        )
      if (own === text && /\p{L}{2}/u.test(text.replaceAll(/{{\w+}}/g, '')) && !same.has(text))
        problems.push(`${key} reads as in English: “${text}”`)
    }
  }
  for (const key of words.keys()) {
    const extra = !english.has(key) && !(FORM.test(key) && english.has(`${base(key)}_other`))
    if (extra) problems.push(`${key} is not in the English catalogue`)
    if (!key.endsWith('_other')) continue
    // “many”, for millions, reads like “other” unless a catalogue says otherwise.
    for (const form of forms)
      if (form !== 'many' && !words.has(`${base(key)}_${form}`))
        problems.push(`${base(key)}_${form} is missing: ${code} has this plural form`)
  }
  return problems
}

/** Trees that a component takes as a whole, with `returnObjects`. */
const WHOLE = ['chat.calendar.', 'health.audit.actions.']

const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
/** What a template may put into a key: a word, or the ending of a file. */
const HOLE = '(?:[^.]+|sql\\.\\w+)'

/** Keys that no source names, neither as a text nor by a template such as `settings.themes.${theme}`. */
export function unused(english: Texts, source: string): string[] {
  const named = new Set([...source.matchAll(/(['"`])([\w-]+(?:\.[\w -]+)*)\1/g)].map((match) => match[2] ?? ''))
  const roots = new Set([...english.keys()].map((key) => key.split('.')[0]))
  const templates = [...source.matchAll(/`(([\w-]+)\.[^`\n]*)`/g)]
    .filter(([, , root]) => roots.has(root))
    .map(
      ([, template = '']) =>
        new RegExp(
          `^${template
            .split(/\$\{[^}]*\}/)
            .map(literal)
            .join(HOLE)}$`,
        ),
    )
  const isUsed = (key: string) =>
    named.has(key) ||
    named.has(base(key)) ||
    WHOLE.some((tree) => key.startsWith(tree)) ||
    templates.some((template) => template.test(key) || template.test(base(key)))
  return [...english.keys()].filter((key) => !isUsed(key)).map((key) => `${key} is used nowhere`)
}

/** Calls of `t` with a key that the English catalogue does not have. */
export function unknown(english: Texts, source: string): string[] {
  const known = new Set([
    ...english.keys(),
    ...[...english.keys()].map(base),
    ...WHOLE.map((tree) => tree.slice(0, -1)),
  ])
  return [...source.matchAll(/\bt\(\s*(['"])([\w.-]+)\1/g)]
    .map((match) => match[2] ?? '')
    .filter((key) => !known.has(key))
    .map((key) => `${key} is used and is in no catalogue`)
}

/** In every language. */
const NAMES = ['Whatslang', 'Bot', 'Bots', 'OpenAI', 'config.yaml', 'JSON', 'CSV', 'HTML']
/** Words that a language has in common with English. */
const SAME: Record<OtherLanguage, readonly string[]> = {
  'pt-BR': ['Backup', 'Backups', 'Token', 'Total', 'Fatal'],
  es: ['Chat', 'Chats', '{{formatted}} chat', '{{formatted}} chats', 'Sticker', 'Token', 'Total', 'Error', 'Fatal'],
}

/** The page's sources, without tests and catalogues. */
function sources(): string {
  const renderer = join(import.meta.dirname, '../renderer')
  return readdirSync(renderer, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
    .filter((file) => !/^i18n[\\/][^\\/]+[\\/]/.test(file))
    .map((file) => readFileSync(join(renderer, file), 'utf8'))
    .join('\n')
}

if (import.meta.main) {
  const english = flat(en)
  const source = sources()
  const problems = [
    ...unknown(english, source),
    ...unused(english, source),
    ...differences(english, { code: 'en', words: english, same: new Set(english.values()) }),
  ].map((problem) => `en: ${problem}`)
  let firstTold: Texts | undefined
  for (const code of LANGUAGE_CODES) {
    if (code === 'en') continue
    const { words, told } = await CATALOGUES[code]()
    const same = new Set([...NAMES, ...SAME[code]])
    problems.push(...differences(english, { code, words: flat(words), same }).map((problem) => `${code}: ${problem}`))
    const sentences = flat(told)
    // The English sentences stand in the program; the catalogues agree among themselves.
    firstTold ??= sentences
    const all = new Set(sentences.values())
    problems.push(
      ...differences(firstTold, { code, words: sentences, same: all }).map((problem) => `${code}/told: ${problem}`),
    )
  }
  for (const problem of problems) console.error(`catalogue ${problem}`)
  console.log(`catalogues: ${LANGUAGE_CODES.length} languages, ${english.size} texts, ${problems.length} problems`)
  process.exitCode = problems.length > 0 || english.size === 0 ? 1 : 0
}
