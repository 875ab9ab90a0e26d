import type { Finding } from '../../preload/contract/health.ts'
import type { Session } from '../../preload/contract/session.ts'
import type { ModelStatus } from '../../preload/contract/settings.ts'
import { originOf } from '../llm/model-key.ts'
import { fine, trouble } from './finding.ts'

export interface BackupFacts {
  lastVerifiedAt: number | null
  overdue: boolean
  /** Why none can be made, or none where it should be. */
  problem: string | null
  scheduled: boolean
  folder?: string
  /** The last one was made, and its proof failed. */
  unproven?: string | null
  /** Old ones cannot be deleted. */
  undeletable?: string | null
  /** The folder does not answer. */
  silent?: boolean
  /** Its disk is not the one where it lay: why. */
  notMounted?: string | null
  /** Its disk can only be read. */
  readOnly?: boolean
  /** Of this installation: gone from the folder although no rule removed them, and dated ahead of the clock. */
  gone?: number
  /** The last recovery drill; null: there was none. */
  drill?: { outcome: 'proven' | 'not-proven' | 'failed'; problem: string | null } | null
  ahead?: number
}

const HOUR_MS = 3600_000

export function checkBackups(facts: BackupFacts, now: number): Finding[] {
  const { lastVerifiedAt } = facts
  const age = lastVerifiedAt === null ? null : Math.max(1, Math.ceil((now - lastVerifiedAt) / HOUR_MS))
  const findings: Finding[] = []
  if (facts.problem) {
    findings.push(
      trouble({
        key: 'backup.failed',
        values: { cause: facts.problem },
        level: 'error',
        title: 'The last backup failed.',
        cause: facts.problem,
        wayOut: 'Remove the cause, then back up now.',
      }),
    )
  }
  findings.push(...troubles(facts))
  if (facts.drill !== undefined) findings.push(checkDrill(facts.drill))
  if (age === null && (facts.silent === true || facts.notMounted)) return findings
  if (age === null && (facts.gone ?? 0) > 0) {
    const { gone = 0, folder = '' } = facts
    findings.push(
      trouble({
        key: 'backup.gone',
        values: { count: gone, folder },
        level: 'error',
        title: `All verified backups of this installation (${gone}) are gone from ${folder}.`,
        cause: 'Somebody deleted them, or another disk is in the place of theirs.',
        wayOut: 'If they should be there, look for their disk. Then back up now.',
        facts: { gone },
      }),
    )
  } else if (age === null) {
    findings.push(
      trouble({
        key: facts.scheduled ? 'backup.never-scheduled' : 'backup.never',
        level: 'warning',
        title: 'There is no verified backup.',
        cause: facts.scheduled ? 'The schedule has not run yet.' : 'No schedule is set.',
        wayOut: 'Back up now.',
      }),
    )
  } else if (facts.overdue) {
    findings.push(
      trouble({
        key: 'backup.overdue',
        values: { hours: age },
        level: 'warning',
        title: `The last verified backup is ${age} h old.`,
        cause: 'A scheduled run did not happen or failed.',
        wayOut: 'Back up now, and look at the schedule.',
        facts: { hours: age },
      }),
    )
  } else {
    findings.push(
      fine('backup.fresh', `The last verified backup is at most ${age} h old.`, { hours: age }, { hours: age }),
    )
  }
  return findings
}

function checkDrill(drill: NonNullable<BackupFacts['drill']> | null): Finding {
  if (drill === null)
    return trouble({
      key: 'drill.never',
      level: 'info',
      title: 'Whether the backups can be restored was never drilled.',
      cause: 'The monthly drill has not run yet, or is switched off.',
      wayOut: 'Drill now on the Backups page, or with `whatslang drill`.',
    })
  if (drill.outcome === 'proven') return fine('drill.fine', 'The last recovery drill brought everything back.')
  if (drill.outcome === 'not-proven')
    return trouble({
      key: 'drill.not-proven',
      level: 'info',
      title: 'The last drill could not show whether a backup can be restored.',
      cause: 'It is encrypted to recipients, and this machine has no key of one.',
      wayOut: 'Drill it where the key is: `whatslang drill --identity-file key.txt`.',
    })
  return trouble({
    key: 'drill.failed',
    values: { cause: drill.problem ?? '' },
    level: 'error',
    title: 'The last recovery drill failed.',
    cause: drill.problem ?? 'It did not bring everything back.',
    wayOut: 'Remove the cause, back up, and drill again.',
  })
}

function troubles({
  notMounted,
  unproven,
  undeletable,
  silent,
  readOnly,
  ahead = 0,
  folder = '',
}: BackupFacts): Finding[] {
  const findings: Finding[] = []
  if (notMounted) {
    findings.push(
      trouble({
        key: 'backup.not-mounted',
        values: { folder, cause: notMounted },
        level: 'error',
        title: `The disk of the folder of the backups, ${folder}, is not there.`,
        cause: notMounted,
        wayOut:
          'Mount it, choose another folder, or use this one as a new folder: on the Backups page, or with `whatslang backups --use-as-new`.',
      }),
    )
  }
  if (silent === true) {
    findings.push(
      trouble({
        key: 'backup.silent',
        values: { folder },
        level: 'error',
        title: `The folder of the backups, ${folder}, does not answer.`,
        cause: 'Its disk or its network share is away or hangs. What is said of the backups is what was seen last.',
        wayOut: 'Look at the disk or the share, or choose another folder for the backups.',
      }),
    )
  }
  if (readOnly === true) {
    findings.push(
      trouble({
        key: 'backup.read-only',
        values: { folder },
        level: 'error',
        title: `The folder of the backups, ${folder}, is on a disk that can only be read.`,
        cause: 'It is mounted read-only, or the system made it so because the disk reports errors (see dmesg).',
        wayOut: 'Check the disk and mount it for writing, or choose another folder for the backups.',
      }),
    )
  }
  if (unproven) {
    findings.push(
      trouble({
        key: 'backup.unproven',
        values: { cause: unproven },
        level: 'error',
        title: 'The last backup was made, but could not be proven.',
        cause: unproven,
        wayOut: 'Remove the cause, then back up now.',
      }),
    )
  }
  if (undeletable) {
    findings.push(
      trouble({
        key: 'backup.undeletable',
        values: { cause: undeletable },
        level: 'warning',
        title: 'Old backups cannot be deleted.',
        cause: undeletable,
        wayOut: 'Backups are made and proven all the same. Remove the cause, then run `whatslang prune`.',
      }),
    )
  }
  if (ahead > 0) {
    findings.push(
      trouble({
        key: 'backup.ahead',
        values: { count: ahead },
        level: 'warning',
        title: `Backups are dated ahead of this machine’s clock: ${ahead}.`,
        cause: 'The clock was wrong when they were made, or it is wrong now. They never count as the newest.',
        wayOut: 'Look at the date of this machine. Delete such a backup when you need it no more.',
        facts: { ahead },
      }),
    )
  }
  return findings
}

export function checkSession(session: Session): Finding[] {
  const facts = { state: session.state }
  if (session.problem) {
    return [
      trouble({
        key: 'connection.problem',
        values: { problem: session.problem.code, cause: session.problem.message },
        level: session.state === 'closed' ? 'error' : 'warning',
        title: 'Whatslang is not connected to WhatsApp.',
        cause: session.problem.message,
        wayOut:
          session.state === 'closed'
            ? 'Open Whatslang and follow what it says there.'
            : 'Whatslang tries again by itself.',
        facts,
      }),
    ]
  }
  switch (session.state) {
    case 'open':
    case 'catching-up':
      return [fine('connection.open', 'Whatslang is connected to WhatsApp.', facts)]
    case 'unlinked':
    case 'pairing':
      return [
        trouble({
          key: 'connection.unlinked',
          level: 'info',
          title: 'No phone is linked.',
          cause: 'Linking was not finished yet.',
          wayOut: 'Scan the code with your phone: WhatsApp, Linked devices, Link a device.',
          facts,
        }),
      ]
    case 'connecting':
    case 'waiting':
    case 'closed':
      return [
        trouble({
          key: 'connection.down',
          level: 'warning',
          title: 'The connection to WhatsApp is down.',
          cause: 'The network or the server is not reachable at the moment.',
          wayOut: 'Whatslang tries again by itself.',
          facts,
        }),
      ]
  }
}

export function checkModel(model: ModelStatus, botsNeedModel: boolean): Finding[] {
  const facts = { endpoint: model.base_url, model: model.name, calls: model.calls, errors: model.errors }
  const { key_origin: origin } = model
  if (!model.configured && origin !== null && !model.has_key) {
    const address = originOf(model.base_url) ?? model.base_url
    return [
      trouble({
        key: 'model.key-elsewhere',
        values: { origin, address },
        level: botsNeedModel ? 'error' : 'warning',
        title: 'The model’s key belongs to another address.',
        cause: `The key was entered for ${origin} and is sent nowhere else. The model’s address is ${address} now.`,
        wayOut: 'Enter the key for the new address in Settings, or go back to the former address.',
        facts: { ...facts, key_origin: origin },
      }),
    ]
  }
  if (!model.configured) {
    return [
      trouble({
        key: botsNeedModel ? 'model.missing-needed' : 'model.missing',
        level: botsNeedModel ? 'error' : 'info',
        title: 'No model is set up.',
        cause: botsNeedModel ? 'Bots that need one are switched on; their messages wait.' : 'No bot needs one yet.',
        wayOut: 'Enter its address and key in Settings, or set OPENAI_API_KEY.',
        facts,
      }),
    ]
  }
  const { last_error: error, last_ok_at: ok } = model
  if (error && (ok === null || error.at > ok)) {
    return [
      trouble({
        key: 'model.failing',
        values: { code: error.code, cause: error.message },
        level: 'error',
        title: 'The model fails.',
        cause: error.message,
        wayOut: 'Messages wait until it answers again.',
        facts,
      }),
    ]
  }
  return [
    ok === null
      ? fine('model.untried', 'A model is set up; it was not asked yet.', facts)
      : fine('model.answers', 'The model answers.', facts),
  ]
}
