import type { Finding } from '../../preload/contract/health.ts'
import { trouble } from './finding.ts'

export interface ReplacedFacts {
  path: string
  state: 'saving' | 'saved' | 'unsaved'
  saved: string | null
  problem: string | null
}

const STOPPED = 'Bots have stopped and nothing more is written.'

/** Until the next start has dealt with it. */
export function replacedFindings(facts: ReplacedFacts | null): Finding[] {
  if (facts === null) return []
  const { path, saved } = facts
  const title = `${path} was replaced while Whatslang was running.`
  if (facts.state === 'saved' && saved !== null)
    return [
      trouble({
        key: 'replaced.saved',
        values: { path, saved },
        level: 'error',
        title,
        cause: `${STOPPED} What was there until then is saved and proven in ${saved}.`,
        wayOut: `To go on with the new file, start Whatslang again: nothing is answered twice. To go back to what was there, start it and restore ${saved}.`,
      }),
    ]
  if (facts.state === 'saving')
    return [
      trouble({
        key: 'replaced.saving',
        values: { path },
        level: 'error',
        title,
        cause: `${STOPPED} What was there until then is being saved.`,
        wayOut: 'Wait until it is saved, and look again.',
      }),
    ]
  const cause = facts.problem ?? ''
  return [
    trouble({
      key: 'replaced.unsaved',
      values: { path, cause },
      level: 'error',
      title,
      cause: `${STOPPED} What was there until then could not be saved: ${cause}`,
      wayOut: 'Start Whatslang again to go on with the new file, or restore the newest verified backup.',
    }),
  ]
}
