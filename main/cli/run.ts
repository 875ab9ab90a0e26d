import { type Arguments, parseArguments, USAGE } from './arguments.ts'
import { EXIT, type ExitCode, failureOf } from './exit-code.ts'
import { ensureHome } from './home.ts'
import { isToStdout } from './out.ts'
import { NODE_SURROUNDINGS, type Surroundings } from './surroundings.ts'
import { createTerminal, type Terminal } from './terminal.ts'
import { VERSION } from './version.ts'

export type { Surroundings } from './surroundings.ts'

type Command = (args: Arguments, terminal: Terminal, surroundings: Surroundings) => Promise<ExitCode> | ExitCode

/** Each command's code is loaded only when it is asked for. */
async function commandOf(verb: Arguments['verb']): Promise<Command> {
  switch (verb) {
    case 'serve':
      return (await import('./serve.ts')).serve
    case 'backup':
    case 'backups':
    case 'verify':
    case 'prune':
      return (await import('./backup.ts')).backupCommand
    case 'restore':
    case 'undo':
    case 'salvage':
      return (await import('./restore.ts')).restoreCommand
    case 'export':
      return (await import('./export.ts')).exportCommand
    case 'doctor':
      return (await import('./doctor.ts')).doctor
    case 'drill':
      return (await import('./drill.ts')).drill
    case 'audit':
      return (await import('./audit.ts')).auditCommand
    case 'settings':
      return (await import('./settings.ts')).settingsCommand
    case 'schedule':
      return (await import('./schedule.ts')).scheduleCommand
    case 'version':
      return (_args, terminal) => {
        terminal.result({ version: VERSION, node: process.versions.node }, VERSION)
        return EXIT.done
      }
    case 'help':
      return (_args, terminal) => {
        terminal.result({ usage: USAGE }, USAGE.split('\n'))
        return EXIT.done
      }
  }
}

/** Runs one command. Never rejects: every failure is a sentence and an exit code. */
export async function runCli(
  argv: readonly string[],
  surroundings: Surroundings = NODE_SURROUNDINGS,
): Promise<ExitCode> {
  ensureHome()
  const terminal = createTerminal(argv.includes('--json'), { taken: isToStdout(argv) })
  try {
    const args = parseArguments(argv)
    const command = await commandOf(args.verb)
    return await command(args, terminal, surroundings)
  } catch (error) {
    const { exit, code, message } = failureOf(error)
    terminal.failure({ code, message, exit_code: exit })
    if (exit === EXIT.usage) terminal.note('`whatslang help` shows how it is used.')
    return exit
  }
}

/** For a command that can go on no longer although it has not ended: nothing is left that could wake it. */
export function reportStuck(argv: readonly string[]): ExitCode {
  const message =
    'The command stopped before its end, by a mistake of this program. Nothing can be said of what it did: look at the result, then run it again.'
  createTerminal(argv.includes('--json'), { taken: isToStdout(argv) }).failure({
    code: 'unexpected',
    message,
    exit_code: EXIT.failed,
  })
  return EXIT.failed
}
