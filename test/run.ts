// `npm test [-- FILE...]`: sets up what is missing, builds, runs the tests, and ends with one line that counts them. With files it installs and builds
// only what they need.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { bundle } from '../build/bundle.ts'
import { checkLogs } from './logs/check.ts'
import { needsOf, testFiles } from './needs.ts'
import { ensureTools, TOOL_COMMANDS } from './tools.ts'

const root = join(import.meta.dirname, '..')
/** Options of vitest whose value is a word of its own. */
const TAKES_VALUE = new Set(['-t', '--testNamePattern', '--project', '--testTimeout', '--reporter'])
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), name: z.string(), assertionResults: z.array(z.unknown()) })),
})

const chosen = process.argv.slice(2)
const filters = chosen.filter((word, at) => !word.startsWith('-') && !TAKES_VALUE.has(chosen[at - 1] ?? ''))
const files = filters.length > 0 ? testFiles(filters) : []
const needs = files.length > 0 ? needsOf(files, TOOL_COMMANDS) : undefined
ensureTools(needs)
if (needs?.build !== false) await bundle({ force: process.env.CI === 'true' })

const folder = mkdtempSync(join(tmpdir(), 'whatslang-tests-'))
const report = join(folder, 'report.json')
const logs = join(folder, 'logs')
mkdirSync(logs)
const { status } = spawnSync(
  join(root, 'node_modules/.bin/vitest'),
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...chosen],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'test', WHATSLANG_TEST_LOGS: logs, XDG_STATE_HOME: join(folder, 'state') },
  },
)
const leaks = leaksIn(logs)
if (!existsSync(report)) {
  console.error('The tests did not run to their end.')
  console.log('0 passed, 1 failed')
  process.exit(1)
}
const { numPassedTests, numFailedTests, numPendingTests, testResults } = Report.parse(
  JSON.parse(readFileSync(report, 'utf8')),
)
// A file that broke before its first test counts as a failure of its own.
const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
for (const file of broken) console.error(`broke before its first test: ${file.name}`)
const failed = Math.max(numFailedTests + broken.length, status === 0 ? 0 : 1) + (leaks === 'found' ? 1 : 0)
const passed = numPassedTests + (leaks === 'none' ? 1 : 0)
rmSync(folder, { recursive: true, force: true })
if (numPendingTests > 0) console.log(`${numPendingTests} skipped: what they need is not on this machine`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

/** The last test, over the logs of all programs that the others started: no key, token, phone number or message text in any of them. */
function leaksIn(kept: string): 'none' | 'found' | 'unchecked' {
  const { programs, lines, secrets, keys, leaks: found } = checkLogs(kept)
  // A few files by name may start no program; the whole suite does.
  if (programs === 0 && chosen.length > 0) return 'unchecked'
  console.log(`logs of ${programs} programs, ${lines} lines, looked through for ${secrets} secrets (${keys} of keys)`)
  for (const leak of found) console.error(leak)
  if (lines > 0 && keys > 0) return found.length === 0 ? 'none' : 'found'
  console.error('The logs were not checked: no program left a log and its keys.')
  return chosen.length > 0 ? 'unchecked' : 'found'
}
