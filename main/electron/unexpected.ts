import type { Notice } from '../ports.ts'
import type { Texts } from './texts/en.ts'

export interface UnexpectedDeps {
  process: Pick<NodeJS.Process, 'on' | 'removeListener'>
  notify(notice: Notice): void
  texts(): Texts
  log: { fatal(facts: object, message: string): void; error(facts: object, message: string): void }
  now(): number
}

const TOLD_AGAIN_AFTER_MS = 10 * 60_000

/**
 * What nobody caught goes to the log, and the user hears of it, at most once in ten minutes: the page that the notice leads to shows the
 * log and opens its folder. The program goes on: what is being written to the database is a transaction, whole or not at all.
 */
export function watchUnexpected(deps: UnexpectedDeps) {
  let told = Number.NEGATIVE_INFINITY
  const tell = () => {
    if (deps.now() - told < TOLD_AGAIN_AFTER_MS) return
    told = deps.now()
    const { unexpectedTitle, unexpectedBody } = deps.texts()
    deps.notify({ code: 'unexpected-error', title: unexpectedTitle, body: unexpectedBody, page: '/health' })
  }
  const exception = (err: Error) => {
    deps.log.fatal({ err }, 'an unexpected error')
    tell()
  }
  const rejection = (err: unknown) => {
    deps.log.error({ err }, 'an unexpected rejection')
    tell()
  }
  deps.process.on('uncaughtException', exception)
  deps.process.on('unhandledRejection', rejection)
  return {
    dispose() {
      deps.process.removeListener('uncaughtException', exception)
      deps.process.removeListener('unhandledRejection', rejection)
    },
  }
}
