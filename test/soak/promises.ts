// `npm run soak -- promises [walks] [steps] [--seed N]`: one JSON line for each walk. The same seed takes the same steps.
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { bundle } from '../../build/bundle.ts'
import { walk } from './promises-walk.ts'

export async function promises(args: string[]): Promise<boolean> {
  const { values, positionals } = parseArgs({ args, options: { seed: { type: 'string' } }, allowPositionals: true })
  const [walks = '10', steps = '80'] = positionals
  await bundle()
  let good = true
  for (let n = 0; n < Number(walks); n++) {
    const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed) + n
    const report = await walk({ seed, steps: Number(steps), log: (line) => console.error(line) })
    good &&= report.broken.length === 0
    console.log(JSON.stringify({ soak: 'promises', ok: report.broken.length === 0, ...report }))
  }
  return good
}
