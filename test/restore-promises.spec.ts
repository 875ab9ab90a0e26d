import { beforeAll, expect, test } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { walk } from './soak/promises-walk.ts'

beforeAll(() => bundle())

test('backed up, restored, taken back, restarted and killed in any order while people write: nothing is lost, nothing is said twice', async () => {
  // Each kind of step is among the twenty of this seed: `npm run soak -- promises` takes others.
  const report = await walk({ seed: 6506, steps: 20 })
  expect(report.broken, JSON.stringify(report)).toEqual([])
  expect(report.restores).toBeGreaterThan(3)
  expect(report.answered).toBeGreaterThan(10)
}, 240_000)
