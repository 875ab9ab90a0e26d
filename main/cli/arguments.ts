import { parseArgs } from 'node:util'

export const VERBS = [
  'serve',
  'version',
  'help',
  'backup',
  'backups',
  'verify',
  'prune',
  'restore',
  'undo',
  'salvage',
  'export',
  'doctor',
  'audit',
  'drill',
  'settings',
  'schedule',
] as const
export type Verb = (typeof VERBS)[number]

const OPTIONS = {
  'data-dir': { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'v', default: false },
  out: { type: 'string' },
  'allow-empty': { type: 'boolean', default: false },
  format: { type: 'string' },
  recipient: { type: 'string', multiple: true },
  'passphrase-file': { type: 'string' },
  'identity-file': { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  mode: { type: 'string' },
  'switch-on': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  only: { type: 'string' },
  chat: { type: 'string', multiple: true },
  settings: { type: 'boolean', default: false },
  setting: { type: 'string', multiple: true },
  fix: { type: 'boolean', default: false },
  limit: { type: 'string' },
  action: { type: 'string' },
  confirm: { type: 'boolean', default: false },
  'use-as-new': { type: 'boolean', default: false },
  'start-new': { type: 'boolean', default: false },
} as const

type Option = keyof typeof OPTIONS
const EVERYWHERE: readonly Option[] = ['data-dir', 'config', 'json', 'help']
/**
 * What a verb does where no data is: it begins there (`makes`), refuses (`needs`), says so in its findings (`reports`), works on the file that it is given
 * (`file`), or asks for none.
 */
export type DataPolicy = 'makes' | 'needs' | 'reports' | 'file' | 'none'
interface Takes {
  options: readonly Option[]
  files: 0 | 1
  /** It works without one as well. */
  optional?: true
  data: DataPolicy
}
/** What each verb understands beside that, how many files it takes, and what it needs. */
const TAKES: Readonly<Record<Verb, Takes>> = {
  serve: { options: ['start-new'], files: 0, data: 'makes' },
  version: { options: [], files: 0, data: 'none' },
  help: { options: [], files: 0, data: 'none' },
  backup: { options: ['out', 'format', 'recipient', 'passphrase-file', 'allow-empty'], files: 0, data: 'needs' },
  backups: { options: ['use-as-new'], files: 0, data: 'needs' },
  verify: { options: ['passphrase-file', 'identity-file'], files: 1, data: 'file' },
  prune: { options: ['dry-run'], files: 0, data: 'needs' },
  restore: {
    options: [
      'mode',
      'only',
      'chat',
      'settings',
      'setting',
      'switch-on',
      'dry-run',
      'yes',
      'passphrase-file',
      'identity-file',
      'start-new',
    ],
    files: 1,
    data: 'makes',
  },
  undo: { options: ['yes', 'passphrase-file', 'identity-file'], files: 0, data: 'needs' },
  salvage: { options: ['yes'], files: 0, data: 'needs' },
  export: { options: ['format', 'out', 'chat'], files: 0, data: 'needs' },
  doctor: { options: ['fix'], files: 0, data: 'reports' },
  audit: { options: ['limit', 'action'], files: 0, data: 'needs' },
  drill: { options: ['passphrase-file', 'identity-file'], files: 0, data: 'needs' },
  settings: { options: ['confirm'], files: 0, data: 'needs' },
  schedule: { options: ['dry-run'], files: 1, optional: true, data: 'needs' },
}

export const dataPolicyOf = (verb: Verb): DataPolicy => TAKES[verb].data

export interface Arguments {
  verb: Verb
  file: string | undefined
  dataDirectory: string | undefined
  configFile: string | undefined
  json: boolean
  out: string | undefined
  allowEmpty: boolean
  format: string | undefined
  recipients: string[]
  passphraseFile: string | undefined
  identityFile: string | undefined
  dryRun: boolean
  mode: string | undefined
  switchOn: boolean
  yes: boolean
  only: string | undefined
  chats: string[]
  settings: boolean
  /** Names of settings that are taken from a file. */
  setting: string[]
  fix: boolean
  limit: string | undefined
  action: string | undefined
  confirm: boolean
  /** Makes new data where a disk that held data is missing. */
  startNew: boolean
  useAsNew: boolean
}

/** Wrong use: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const USAGE = `whatslang: a WhatsApp bot on your own computer, its data in one SQLite file

  whatslang serve [--start-new]                     run without a window; prints the page's address
  whatslang backup [--out FILE|DIR|-] [--format sql.gz|sql|sql.zst|db] [--recipient AGE...]
                   [--passphrase-file F] [--allow-empty]
  whatslang backups [--use-as-new]                  list them, newest first; use their folder although its disk is not there
  whatslang verify FILE [--passphrase-file F] [--identity-file F]
                                                    prove that a backup can be restored
  whatslang prune [--dry-run]                       remove what no rule keeps
  whatslang restore FILE [--mode replace|merge] [--only assignments] [--chat JID...] [--settings | --setting KEY...]
                         [--switch-on] [--dry-run] [--yes] [--start-new]
                         [--passphrase-file F] [--identity-file F]
  whatslang undo [--yes] [--passphrase-file F] [--identity-file F]
                                                    take the last restore back
  whatslang salvage [--yes]                         save what is readable of a damaged database
  whatslang export --format db|sql|sql.gz|python-db|json|csv|html|txt --out PATH|DIR|- [--chat JID]
  whatslang drill [--passphrase-file F] [--identity-file F]
                                                    restore the newest backups as another machine would
  whatslang doctor [--fix]                          look for trouble, and say the way out
  whatslang audit [--limit N] [--action A]          what was done to the program and its data, newest first
  whatslang settings [--confirm]                    whether the settings could be read; --confirm: those in force are right
  whatslang schedule ['MIN HOUR DAY MONTH WEEKDAY'|off] [--dry-run]
                                                    when backups are made; with an expression: from now on at these times
  whatslang version

  --data-dir DIR   where the data is (default: WHATSLANG_DATA_DIR, then ./data)
  --config FILE    a config.yaml of the Python service
  --json           one JSON object on standard output

Exit codes: 0 done; 1 failed, nothing changed (doctor: a finding is an error); 2 wrong usage; 3 the file was refused; 4 somebody else holds the data directory;
5 not enough space.`

/** @throws UsageError with a sentence that names what is wrong */
export function parseArguments(argv: readonly string[]): Arguments {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(argv)
  } catch (cause) {
    throw new UsageError(firstSentence(cause), { cause })
  }
  const { values, positionals } = parsed
  const [word, ...files] = positionals
  const verb = values.version
    ? 'version'
    : values.help || word === undefined
      ? 'help'
      : VERBS.find((one) => one === word)
  if (verb === undefined) throw new UsageError(`There is no command "${word}".`)
  const { options, files: wanted, optional } = TAKES[verb]
  if (verb !== 'help' && verb !== 'version') {
    for (const name of parsed.tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []))) {
      const known = [...EVERYWHERE, ...options].some((option) => option === name)
      if (!known) throw new UsageError(`The command ${verb} knows no option --${name}.`)
    }
    refuseEmpty(parsed.tokens)
    if (files.length < wanted && !optional) throw new UsageError(`The command ${verb} needs a file.`)
    if (files.length > wanted) {
      const quote = verb === 'schedule' ? " Put the schedule into quotes: '0 2 * * *'." : ''
      throw new UsageError(`"${files[wanted]}" is one word too many for the command ${verb}.${quote}`)
    }
  }
  return {
    verb,
    file: files[0],
    dataDirectory: values['data-dir'],
    configFile: values.config,
    json: values.json,
    out: values.out,
    allowEmpty: values['allow-empty'],
    format: values.format,
    recipients: values.recipient ?? [],
    passphraseFile: values['passphrase-file'],
    identityFile: values['identity-file'],
    dryRun: values['dry-run'],
    mode: values.mode,
    switchOn: values['switch-on'],
    yes: values.yes,
    only: values.only,
    chats: values.chat ?? [],
    settings: values.settings,
    setting: values.setting ?? [],
    fix: values.fix,
    limit: values.limit,
    action: values.action,
    confirm: values.confirm,
    startNew: values['start-new'],
    useAsNew: values['use-as-new'],
  }
}

/** An empty value is a variable of a script that was not set: it never means the working directory or no choice. */
function refuseEmpty(tokens: ReturnType<typeof parse>['tokens']): void {
  for (const token of tokens) {
    if (token.kind === 'option-terminator' || token.value === undefined || token.value.trim() !== '') continue
    throw new UsageError(
      token.kind === 'option' ? `The value of --${token.name} is empty.` : 'The name of the file is empty.',
    )
  }
}

const parse = (argv: readonly string[]) =>
  parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true, tokens: true })

function firstSentence(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : 'The arguments cannot be read.'
  const sentence = text.split('. ', 1)[0] ?? text
  return sentence.endsWith('.') ? sentence : `${sentence}.`
}

/** True where the desktop program was started as a command: then it shows no window. */
export const isVerb = (word: string | undefined): boolean => VERBS.some((verb) => verb === word)
