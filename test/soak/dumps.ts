// `npm run soak -- dumps [--count 100000] [--from 1]`: whether SQLite reads mutated dumps as the loader does. Each number is one dump, the same in every run: a
// run that was stopped goes on with `--from`. One JSON line in the end.
import { parseArgs } from 'node:util'
import { everyOwnSchema } from '../../main/backup/restore/reference.ts'
import { compareWithSqlite } from '../../main/backup/restore/sql/differential.test-kit.ts'
import { dumpCorpus } from '../../main/backup/restore/sql/dump-corpus.test-kit.ts'
import { mutatedDump } from '../../main/backup/restore/sql/mutated-dumps.test-kit.ts'

export async function dumps(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { count: { type: 'string', default: '100000' }, from: { type: 'string', default: '1' } },
  })
  const started = performance.now()
  const [corpus, own] = [await dumpCorpus(), everyOwnSchema()]
  const verdicts = { refused: 0, same: 0, different: 0 }
  const refused: Record<string, number> = {}
  const different: { seed: number; why: string[] }[] = []
  // What SQLite refuses of a dump that was taken: rows that constraints refuse, infinities by name.
  let stricter = 0
  const end = Number(values.from) + Number(values.count)
  for (let seed = Number(values.from); seed < end; seed++) {
    const { verdict, why } = await compareWithSqlite(mutatedDump(corpus, seed), own)
    verdicts[verdict]++
    if (verdict === 'different') different.push({ seed, why })
    if (verdict === 'same' && why.length > 0) stricter++
    if (verdict === 'refused') for (const code of why) refused[code] = (refused[code] ?? 0) + 1
    if (seed % 10_000 === 0) console.error(JSON.stringify({ seed, ...verdicts }))
  }
  const ok = verdicts.different === 0 && verdicts.same > 0
  const seconds = Math.round((performance.now() - started) / 1000)
  const facts = { soak: 'dumps', ok, from: Number(values.from), count: Number(values.count), ...verdicts, stricter }
  console.log(JSON.stringify({ ...facts, refusals: refused, found: different.slice(0, 20), seconds }))
  return ok
}
