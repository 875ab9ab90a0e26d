import { lstatSync } from 'node:fs'
import { currentUser, modeOf } from '../files/ownership.ts'

export type Trust = { state: 'fine' } | { state: 'missing' } | { state: 'refused'; why: string }

/** Whose sockets this process believes: its own user's; root also those of the owner of the data that it was told to work on. */
export function believedOwners(data: string): ReadonlySet<number> | undefined {
  const user = currentUser()
  if (user === undefined) return undefined
  const facts = user === 0 ? lstatSync(data, { throwIfNoEntry: false }) : undefined
  return new Set(facts === undefined ? [user] : [user, facts.uid])
}

export interface TrustRules {
  /** The folder of the database. */
  data: string
  /** Mode bits that it must not have. */
  forbidden: number
}

/** Whether `path` is what it should be, no link, of a believed owner and closed to others. `why` is a sentence. */
export function trustOf(path: string, kind: 'folder' | 'socket' | 'file', rules: TrustRules): Trust {
  const refused = (why: string): Trust => ({ state: 'refused', why })
  try {
    const facts = lstatSync(path, { throwIfNoEntry: false })
    if (facts === undefined) return { state: 'missing' }
    const fits = kind === 'folder' ? facts.isDirectory() : kind === 'socket' ? facts.isSocket() : facts.isFile()
    if (!fits) return refused(`${path} is ${facts.isSymbolicLink() ? 'a link' : 'something else'}, not a ${kind}.`)
    const believed = believedOwners(rules.data)
    if (believed === undefined) return { state: 'fine' }
    if (!believed.has(facts.uid)) return refused(`The ${kind} ${path} belongs to another user (${facts.uid}).`)
    if ((facts.mode & rules.forbidden) === 0) return { state: 'fine' }
    const mode = kind === 'folder' ? 700 : 600
    return refused(`The ${kind} ${path} is open to other users (mode ${modeOf(facts)}). Run: chmod ${mode} ${path}`)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
    return refused(`The ${kind} ${path} cannot be looked at (${code}).`)
  }
}

/** The worst of several: a refusal before a missing one. */
export function worstOf(...trusts: Trust[]): Trust {
  const worst = trusts.find(({ state }) => state === 'refused') ?? trusts.find(({ state }) => state === 'missing')
  return worst ?? { state: 'fine' }
}
