// Asks the endpoint whose address is given once, and says what came of it and how much memory that took: a process of its own, so that it can be measured.

import { Settings } from '../../preload/contract/settings.ts'
import { createModel } from './model.ts'
import { ModelError } from './model-error.ts'

const [base_url = '', timeout_seconds = '10'] = process.argv.slice(2)
const settings = Settings.parse({ model: { base_url, timeout_seconds: Number(timeout_seconds) } }).model
const model = createModel({
  settings: () => settings,
  key: { at: async (address) => ({ key: 'a-key-for-tests', origin: new URL(address).origin }) },
  clock: { now: () => Date.now(), monotonic: () => performance.now() },
})
const outcome = await model.complete({ system: 'x', turns: [{ role: 'user', text: 'hi' }] }).then(
  (text) => ({ text }),
  (error: unknown) => ({ code: error instanceof ModelError ? error.code : String(error) }),
)
await model.dispose()
console.log(JSON.stringify({ ...outcome, peakBytes: process.resourceUsage().maxRSS * 1024 }))
