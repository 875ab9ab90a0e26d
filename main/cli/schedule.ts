import type { SchedulePreview } from '../../preload/contract/backups.ts'
import { systemClock } from '../app/clock.ts'
import { previewSchedule } from '../backup/schedule-preview.ts'
import type { Arguments } from './arguments.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { findOwner } from './owner.ts'
import { locate } from './program.ts'
import type { Surroundings } from './surroundings.ts'
import type { Terminal } from './terminal.ts'
import { moment } from './words.ts'

/** `whatslang schedule`: when backups are made, and with an expression from now on at these times. `off`: never. */
export async function scheduleCommand(
  args: Arguments,
  terminal: Terminal,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const wanted = args.file === 'off' ? null : args.file
  // Refused before anything is opened.
  const preview = wanted === undefined ? undefined : previewSchedule(wanted, systemClock.now())
  if (preview && args.dryRun) {
    terminal.result({ ...preview, saved: false }, linesOf(preview))
    return EXIT.done
  }
  const owner = await findOwner(locate(args, surroundings), surroundings)
  try {
    if (wanted !== undefined) await owner.client.settings.update({ backup: { schedule: wanted } })
    const now = await owner.client.backups.schedule({})
    terminal.result({ ...now, saved: wanted !== undefined }, linesOf(now))
    return EXIT.done
  } finally {
    await owner.dispose()
  }
}

function linesOf({ expression, zone, next }: SchedulePreview): string[] {
  if (expression === null) return ['No backup is made by schedule.']
  return [
    `Backups by the schedule "${expression}", in the time zone ${zone}. The next ones:`,
    ...next.map(({ at }) => `  ${moment(at)}`),
  ]
}
