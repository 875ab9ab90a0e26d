// `npm run test:unit`: the unit and component tests that need no build, no browser and no process, in under a minute. For the time between two changes.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { quickTests } from './needs.ts'

const { quick, left } = quickTests()
const { status } = spawnSync(
  process.execPath,
  [
    join(import.meta.dirname, '../node_modules/vitest/vitest.mjs'),
    ...['run', '--project', 'unit', '--project', 'renderer', ...process.argv.slice(2), ...quick],
  ],
  { stdio: 'inherit', env: { ...process.env, NODE_ENV: 'test' } },
)
console.log(`${left} more files of unit tests start processes or servers, or take long: npm test runs them.`)
process.exitCode = status ?? 1
