import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.ts$/.test(path) && !/\.test(-kit)?\.ts$/.test(path))
  .map((path) => ({ path, text: withoutComments(readFileSync(join(root, path), 'utf8')) }))

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/^\s*\/\/.*$/gm, '')
}
/** The calls of a function, each with its arguments up to the parenthesis that closes them. */
function callsOf(text: string, names: string): string[] {
  return [...text.matchAll(new RegExp(`(?<![.\\w])(?:${names})\\(`, 'g'))].map((match) => {
    let depth = 0
    for (let at = match.index; at < text.length; at++) {
      if (text[at] === '(') depth++
      if (text[at] === ')' && --depth === 0) return text.slice(match.index, at + 1)
    }
    return text.slice(match.index)
  })
}
const offenders = (bad: (text: string) => boolean, allowed: readonly string[]): string[] =>
  sources.filter(({ path, text }) => !allowed.includes(path) && bad(text)).map(({ path }) => path)

test('the sources are looked through', () => {
  expect(sources.length).toBeGreaterThan(200)
  expect(callsOf("rm(join(a, 'b'), { recursive: true })", 'rm')).toEqual(["rm(join(a, 'b'), { recursive: true })"])
})

test('only one file removes folders with what is in them: it follows no link and leaves no folder', () => {
  const removes = (text: string) =>
    callsOf(text, 'rm|rmSync|rmdir|rmdirSync').some(
      // Options that stand elsewhere cannot be read here.
      (call) => /recursive|^rmdir/.test(call) || /, *[\w.]+\)$/.test(call),
    ) || /\b(rimraf|fs-extra|emptyDir|removeSync)\b/.test(text)
  expect(offenders(removes, ['files/contained.ts'])).toEqual([])
})

test('temporary files lie in the data directory; whoever asks for the system’s own place has a reason', () => {
  const asks = (text: string) => /\btmpdir\b|'\/(var\/)?tmp\b/.test(text)
  // A command without a data directory; the folders that backups are refused in; the socket of the command line.
  const allowed = ['cli/backup.ts', 'backup/backup-folder.ts', 'headless/local-listener.ts']
  expect(offenders(asks, allowed)).toEqual([])
})

test('what SQLite fills with a copy of the data is made before, for this user alone', () => {
  const copies = (text: string) => /VACUUM INTO|\b\w*[dD]b\.backup\(/.test(text) && !text.includes('createPrivateFile(')
  expect(offenders(copies, [])).toEqual([])
})

test('a file that is written anew is made anew and private', () => {
  // conf and the logs' rotation have their own tests.
  const writes = (text: string) =>
    callsOf(text, 'writeFile|writeFileSync|createWriteStream|appendFile|appendFileSync').some(
      (call) => !/0o600|descriptor/.test(call),
    )
  expect(offenders(writes, ['electron/autostart.ts'])).toEqual([])
})
