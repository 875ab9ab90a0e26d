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

/** Mutations that were read differently once. */
test.each([87_470])('the dump of seed %i is refused, or read as SQLite reads it', async (seed) => {
  const { verdict, why } = await compareWithSqlite(mutatedDump(await dumpCorpus(), seed), everyOwnSchema())
  expect(why.join()).not.toContain('the loader failed')
  expect(verdict).not.toBe('different')
})

test.each(['9223372036854775807', '9223372036854775808', '9999999999999999999'])(
  'a counter of %s, in a file whose tables have counters, is refused or read as SQLite reads it',
  async (counter) => {
    const dump = `BEGIN;\nCREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a);\nINSERT INTO t VALUES(5,1);\nDELETE FROM sqlite_sequence;\nINSERT INTO sqlite_sequence VALUES('t',${counter});\nCOMMIT;\n`
    const { verdict } = await compareWithSqlite(dump, everyOwnSchema())
    expect(verdict).toBe(counter === '9223372036854775807' ? 'same' : 'refused')
  },
)
