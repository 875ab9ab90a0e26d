import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Secret, secretsOf } from './secrets.ts'

export interface LogCheck {
  programs: number
  /** Lines that were looked at. */
  lines: number
  secrets: number
  keys: number
  /** Where something secret stands, without saying it again. */
  leaks: string[]
}

/** Looks through the logs of every program that a test run started, for whatever that program knew and must not tell. */
export function checkLogs(kept: string): LogCheck {
  const result: LogCheck = { programs: 0, lines: 0, secrets: 0, keys: 0, leaks: [] }
  for (const run of readdirSync(kept)) {
    const secrets = secretsOf(join(kept, run))
    result.programs += 1
    result.secrets += secrets.length
    result.keys += secrets.filter(({ kind }) => kind === 'key').length
    for (const name of readdirSync(join(kept, run, 'logs'))) {
      const log = readFileSync(join(kept, run, 'logs', name), 'utf8')
      result.lines += log.split('\n').length - 1
      for (const secret of secrets) {
        if (!holds(log, secret)) continue
        const { kind, value } = secret
        const at = log.indexOf(value)
        const line = log.slice(log.lastIndexOf('\n', at) + 1, log.indexOf('\n', at))
        result.leaks.push(`${run}/${name} holds a ${kind}: ${line.replaceAll(value, '…').slice(0, 200)}`)
      }
    }
  }
  return result
}

/** A number counts where it stands alone: the digits of a time may hold it by chance. */
function holds(log: string, { kind, value }: Secret): boolean {
  if (!log.includes(value)) return false
  return kind !== 'number' || new RegExp(`(?<!\\d)${value}(?!\\d)`).test(log)
}
