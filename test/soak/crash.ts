// `npm run soak -- crash [--disable journal|outbox|deterministic-id] [--messages 500] [--kills 20]`: one JSON line for each run.
import { parseArgs } from 'node:util'
import { holds, runCrash } from './crash-run.ts'

export async function crash(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      messages: { type: 'string', default: '500' },
      kills: { type: 'string', default: '20' },
      disable: { type: 'string' },
      only: { type: 'string' },
    },
  })
  const common = {
    messages: Number(values.messages),
    kills: Number(values.kills),
    ...(values.disable === undefined ? {} : { disable: values.disable }),
    log: (line: string) => console.error(line),
  }
  const runs = [
    { name: 'model-30ms', modelDelayMs: 30 },
    { name: 'model-500ms', modelDelayMs: 500 },
    { name: 'history', modelDelayMs: 30, history: true },
    { name: 'full-disk', modelDelayMs: 30, fullDisk: true },
  ].filter(({ name }) => values.only === undefined || name === values.only)
  let good = runs.length > 0
  for (const { name, ...run } of runs) {
    const report = await runCrash({ ...common, ...run })
    const ok = report !== undefined && holds(report)
    good &&= ok
    console.log(
      JSON.stringify({
        soak: 'crash',
        run: name,
        disabled: values.disable ?? null,
        ok,
        ...(report ?? { skipped: 'no right to mount a small disk' }),
      }),
    )
  }
  return good
}
