import { invalid, procedures } from './procedures.ts'

export const health = procedures.health.router({
  live: procedures.health.live.handler(({ context: { program } }) => {
    const { state, problem } = program.session()
    const readOnly = program.readOnly?.() === true
    return {
      status: problem || readOnly ? 'degraded' : 'ok',
      version: program.host().version,
      state,
      ...(readOnly && { read_only: true as const }),
    }
  }),
  report: procedures.health.report.handler(({ context }) => context.program.health.report()),
  repair: procedures.health.repair.handler(({ context }) => context.program.health.repair()),
})

/** What the user types before everything is deleted. */
export const RESET_WORD = 'delete everything'

export const data = procedures.data.router({
  vacuum: procedures.data.vacuum.handler(({ context }) => context.program.vacuum()),
  applyRetention: procedures.data.applyRetention.handler(({ context }) => context.program.applyRetention()),
  reset: procedures.data.reset.handler(({ context, input }) => {
    if (input.confirmation !== RESET_WORD) {
      throw invalid('confirmation', `Nothing was deleted. To delete everything, type: ${RESET_WORD}`)
    }
    return context.program.reset()
  }),
})
