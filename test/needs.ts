// What a test file needs before it can run, read from its text and from the test code that it imports.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const TESTS = ['{main,preload,emulator,build,bench,renderer}/**/*.test.{ts,tsx}', 'test/**/*.spec.ts']
/** Code that exists for tests. What the program itself imports or names is no need of the test. */
const TEST_CODE = /^(?:test|bench)\/|\.(?:test|spec|test-kit)\.tsx?$|^emulator\/demo\//
/** Starts the built program, or reads what was built. */
const BUILT = /\bbundle\(|\bout\/(?:main|preload|renderer|THIRD)|['"`]out['"`]|\bbuilt: true/
const BROWSER = /\bchromiumPath\b|playwright-core/
/** Starts processes or servers, or talks to the emulator: real parts that take their time. */
const PROCESSES =
  /\b(?:createForkTasks|createEmulator|startBot|fork|spawn|spawnSync|execFile|execFileSync|createServer|listen|serve[A-Z]\w*)\(|node:child_process|emulator\//

const posix = (path: string) => path.replaceAll('\\', '/')

/** The test files that a filter of vitest means: those whose path contains it. */
export const testFiles = (filters: readonly string[] = []): string[] =>
  TESTS.flatMap((pattern) => globSync(pattern, { cwd: root }))
    .map(posix)
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(asPath(filter))))
    .toSorted()

const asPath = (filter: string) => posix(filter.startsWith('/') ? relative(root, filter) : filter).replace(/^\.\//, '')

/** The file, and the test code that it imports. */
function textsOf(file: string, texts = new Map<string, string>()): Map<string, string> {
  if (texts.has(file) || !existsSync(join(root, file))) return texts
  const text = readFileSync(join(root, file), 'utf8')
  texts.set(file, text)
  for (const [, from = ''] of text.matchAll(/(?:from|import|import\() ?'(\.[^']+)'/g)) {
    const imported = posix(join(dirname(file), from))
    if (TEST_CODE.test(imported)) textsOf(imported, texts)
  }
  return texts
}

export interface Needs {
  build: boolean
  browser: boolean
  processes: boolean
  /** Which of these commands are named. */
  commands: string[]
}

export function needsOf(files: readonly string[], commands: readonly string[] = []): Needs {
  const texts = new Map<string, string>()
  for (const file of files) textsOf(file, texts)
  // What every spec may start is listed there; it is no need of its own.
  for (const own of ['test/run.ts', 'test/tools.ts', 'test/needs.ts']) texts.delete(own)
  const all = [...texts.values()]
  const some = (pattern: RegExp) => all.some((text) => pattern.test(text))
  return {
    build: some(BUILT),
    browser: some(BROWSER),
    processes: some(PROCESSES),
    commands: commands.filter((command) => some(new RegExp(`['"\`\\s]${command}['"\`\\s]`))),
  }
}

/** Made with tens of thousands of rows. */
const LARGE = /\b(?:50|100|200)_000\b/
/** Take long for another reason: each opens many databases. */
const LONG: ReadonlySet<string> = new Set([
  'main/store/odd-values.test.ts',
  'main/store/earlier-answers.test.ts',
  'main/backup/restore/recovery.test.ts',
])

/** The unit tests that need no process, server or build, and are done soon. The others run in `npm test`. */
export const quickTests = (): { quick: string[]; left: number } => {
  const unit = testFiles().filter((file) => !file.startsWith('test/'))
  const quick = unit.filter((file) => {
    const { build, processes } = needsOf([file])
    return !build && !processes && !LONG.has(file) && !LARGE.test(readFileSync(join(root, file), 'utf8'))
  })
  return { quick, left: unit.length - quick.length }
}
