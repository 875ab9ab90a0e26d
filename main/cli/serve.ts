import { appendCrash } from '../config/log.ts'
import { startHeadless } from '../headless/index.ts'
import { serveLocally } from '../headless/local-socket.ts'
import { loadToken, type Token, tokenFileIn } from '../headless/token.ts'
import type { Arguments } from './arguments.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { locate, openProgram } from './program.ts'
import type { Surroundings } from './surroundings.ts'
import type { Terminal } from './terminal.ts'

/** How long closing in order may take before the process leaves without it; the database survives that. */
const CLOSE_MS = 10_000
const IMPATIENT_MS = 500

/** `whatslang serve`: the headless host, until it is told to stop. */
export async function serve(args: Arguments, terminal: Terminal, surroundings: Surroundings): Promise<ExitCode> {
  const stop = listenForStop()
  const config = locate(args, surroundings)
  const program = await openProgram(config, surroundings, { name: 'whatslang serve', echo: true })
  const { app, log } = program
  const parts: { dispose(): Promise<void> }[] = []
  const close = async () => {
    // Stop taking first; then the bots, the connection and the database close in their own order.
    await Promise.allSettled(parts.map((part) => part.dispose()))
    await program.close()
  }
  const crashed = (cause: unknown) => {
    appendCrash(config.logs, cause)
    terminal.note('Whatslang met an error that it did not expect and stops. Its log holds the cause.')
    process.exit(EXIT.failed)
  }
  process.on('uncaughtException', crashed)
  // A promise that nobody waited for left nothing half-done: state is in the database, and transactions are synchronous.
  process.on('unhandledRejection', (cause) => log.error({ err: cause }, 'an unexpected rejection'))

  if (stop.asked()) {
    await close()
    return EXIT.done
  }
  try {
    const token = loadToken(config.dataDirectory.path, config.token)
    const server = await startHeadless({ program: app.program, config, token })
    parts.push(server)
    const { devices } = server
    parts.push(await serveLocally({ program: app.program, database: config.database.path, devices }))
    if (server.weakToken !== undefined) {
      log.warn(server.weakToken)
      terminal.note(server.weakToken)
    }
    const tokenFile = token.own ? null : tokenFileIn(config.dataDirectory.path)
    terminal.result(
      {
        url: server.url,
        address: `${server.url}/`,
        token_file: tokenFile,
        data_directory: config.dataDirectory.path,
        pid: process.pid,
      },
      [
        `Whatslang runs: ${signInAt(server.url, token, tokenFile, terminal)}`,
        `Data: ${config.dataDirectory.path}. Ctrl+C stops it.`,
      ],
    )
  } catch (error) {
    await close()
    throw error
  }
  app.start().catch((cause: unknown) => log.error({ err: cause }, 'the connection to WhatsApp could not be started'))
  await stop.promise
  await close()
  return EXIT.done
}

/** Only a terminal is shown the token: anything else may be a journal, which keeps it and shows it to others. */
function signInAt(url: string, token: Token, tokenFile: string | null, terminal: Terminal): string {
  if (tokenFile === null) return `${url}/ (sign in with the token of WHATSLANG_TOKEN)`
  return terminal.shown ? `${url}/#token=${token.value}` : `${url}/ (sign in with the token in ${tokenFile})`
}

/**
 * From the first moment of the start: a request to stop closes in order what is open by then. A second one, or ten seconds, leave at once.
 */
function listenForStop(): { asked(): boolean; promise: Promise<void> } {
  let askedAt: number | undefined
  const promise = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        // conf's atomic writes bring `when-exit`, which raises each signal once more by itself.
        if (askedAt !== undefined && performance.now() - askedAt > IMPATIENT_MS) process.exit(EXIT.failed)
        if (askedAt === undefined) setTimeout(() => process.exit(EXIT.failed), CLOSE_MS).unref()
        askedAt ??= performance.now()
        resolve()
      })
    }
  })
  return { asked: () => askedAt !== undefined, promise }
}
