import type { DrillReport } from '../../preload/contract/backups.ts'
import type { Arguments } from './arguments.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { findOwner } from './owner.ts'
import { locate } from './program.ts'
import { withProgress } from './progress.ts'
import { readSecrets } from './secret-files.ts'
import type { Surroundings } from './surroundings.ts'
import type { Terminal } from './terminal.ts'
import { moment } from './words.ts'

const EXITS = { proven: EXIT.done, 'not-proven': EXIT.refused, failed: EXIT.failed } as const

/** `whatslang drill`: whether the newest backup of each place would bring everything back on another machine. */
export async function drill(args: Arguments, terminal: Terminal, surroundings: Surroundings): Promise<ExitCode> {
  const secrets = await readSecrets(args)
  const owner = await findOwner(locate(args, surroundings), surroundings)
  try {
    const report = await withProgress(owner, terminal, () => owner.client.backups.drill(secrets))
    terminal.result(report, report.places.flatMap(linesOf))
    return EXITS[report.outcome]
  } finally {
    await owner.dispose()
  }
}

function linesOf({ folder, backup, made_at, outcome, problem, milliseconds, rows }: DrillReport['places'][number]) {
  const seconds = (milliseconds / 1000).toFixed(1)
  const what = backup === null ? folder : `${folder}: ${backup}, made ${moment(made_at)}`
  if (outcome !== 'proven') return [`${what}: ${outcome === 'failed' ? 'failed' : 'not proven'}. ${problem ?? ''}`]
  return [
    `${what}: restored and started as on another machine, in ${seconds} s.`,
    ...Object.entries(rows).map(([table, { restored, today }]) => `  ${table}: ${restored} restored, ${today} today`),
  ]
}
