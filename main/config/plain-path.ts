import { ConfigError, type ConfigErrorCode } from './config-error.ts'

const QUOTES = '\'"`\u2018\u2019\u201c\u201d\u00ab\u00bb'
/** What a shell, Windows or a browser would have replaced, and what no path holds on purpose. */
const ODD: readonly [RegExp, string][] = [
  [/\0/, 'a NUL character'],
  [/^\s|\s$/, 'a blank or a line break at its beginning or end'],
  [new RegExp(`^[${QUOTES}]|[${QUOTES}]$|"`), 'quotes'],
  [/^~|(^|[\\/])~([\\/]|$)/, 'a ~ that no shell has replaced'],
  [/\$(\{|\(|[A-Za-z_])|%[A-Za-z_][\w()]*%/, 'a variable that no shell has replaced'],
  [/^file:/i, 'file: before it'],
]

/**
 * Says what is wrong with a path as it was written; undefined: nothing. Quotes, `~` and variables are a shell's: from an env file, a unit of systemd, a
 * compose file or `--option=~/x` they arrive as they stand, and would name a folder of that very name.
 */
export const oddIn = (path: string): string | undefined => ODD.find(([pattern]) => pattern.test(path))?.[1]

/** `name`: what the user wrote it into. @throws ConfigError that names it */
export function refuseUnexpanded(
  name: string,
  value: string | undefined,
  code: ConfigErrorCode = 'invalid-environment',
): void {
  if (value === undefined) return
  const odd = oddIn(value)
  if (odd === undefined) return
  throw new ConfigError(
    code,
    `${name} is ${JSON.stringify(value)}, with ${odd}. Nothing was made. Write the whole path without that, such as ${example(value)}.`,
  )
}

/** The same path as it was probably meant, for people to copy. */
function example(value: string): string {
  const bare = value
    .replaceAll('\0', '')
    .replace(/^file:(\/\/)?/i, '')
    .replaceAll(new RegExp(`^[\\s${QUOTES}]+|[\\s${QUOTES}]+$|"`, 'g'), '')
    .trim()
  const rest = bare.replace(/^(~[^\\/]*|\$\{?\w+\}?|%[^%]*%)([\\/]|$)/, '')
  if (oddIn(rest) !== undefined) return '/srv/whatslang/data'
  return rest === bare && bare !== '' ? bare : `/home/you/${rest}`.replace(/\/$/, '')
}
