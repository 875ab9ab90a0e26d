// `npm test`: sets up what is missing, builds, runs all tests, and ends with one line that counts them.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { bundle } from '../build/bundle.ts'
import { ensureChromium } from './chromium.ts'

const root = join(import.meta.dirname, '..')
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), name: z.string(), assertionResults: z.array(z.unknown()) })),
})

ensureChromium()
await bundle({ force: process.env.CI === 'true' })

const report = join(mkdtempSync(join(tmpdir(), 'whatslang-tests-')), 'report.json')
const { status } = spawnSync(
  join(root, 'node_modules/.bin/vitest'),
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { ...process.env, NODE_ENV: 'test' } },
)
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
const failed = Math.max(numFailedTests + broken.length, status === 0 ? 0 : 1)
if (numPendingTests > 0) console.log(`${numPendingTests} skipped: what they need is not on this machine`)
console.log(`${numPassedTests} passed, ${failed} failed`)
process.exitCode = failed === 0 && numPassedTests > 0 ? 0 : 1
