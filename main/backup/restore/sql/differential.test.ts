import { expect, test } from 'vitest'
import { everyOwnSchema } from '../reference.ts'
import { compareWithSqlite } from './differential.test-kit.ts'
import { dumpCorpus } from './dump-corpus.test-kit.ts'
import { mutatedDump } from './mutated-dumps.test-kit.ts'

const DUMPS = 2000

test('SQLite reads every mutated dump that is taken as the loader reads it', { timeout: 120_000 }, async () => {
  const corpus = await dumpCorpus()
  const own = everyOwnSchema()
  const count = { refused: 0, same: 0, different: 0 }
  for (let seed = 1; seed <= DUMPS; seed++) {
    const dump = mutatedDump(corpus, seed)
    const { verdict, why } = await compareWithSqlite(dump, own)
    count[verdict]++
    if (verdict === 'different') expect.soft(why, `seed ${seed}: ${JSON.stringify(dump)}`).toEqual([])
  }
  // A comparison of refusals alone would show nothing.
  expect(count.same).toBeGreaterThan(DUMPS / 10)
  expect(count.different).toBe(0)
})
