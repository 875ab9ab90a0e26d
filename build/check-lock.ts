// Part of `npm run lint`: every package in package-lock.json carries the digest that `npm ci` compares its download with. Where an entry has
// none, delete the entry and run `npm install --package-lock-only` without node_modules: npm then asks the registry for it. With node_modules
// present, npm leaves out optional packages of other platforms.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const Entry = z.looseObject({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
})
const Lock = z.object({ packages: z.record(z.string(), Entry) })

/** The base64 of 64 bytes. */
const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/
/** Where a registry keeps the archive of a package. */
const TARBALL = /^https:\/\/[^/]+\/.+\/-\/[^/]+\.tgz$/
/** A range that names one version: only then is a missing entry certainly missing. */
const EXACT = /^\d+\.\d+\.\d+[^ |]*$/

/** A sentence for each entry that `npm ci` would install unchecked, and for each package that some platform would miss. */
export function lockProblems(text: string): string[] {
  const { packages } = Lock.parse(JSON.parse(text))
  const problems: string[] = []
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      if (EXACT.test(range) && !found(packages, path, name)) problems.push(`${path} needs ${name}, which has no entry.`)
    }
    // The project itself, and what lies inside the archive of another package.
    if (path === '' || entry.inBundle === true) continue
    if (entry.link === true || entry.version === undefined) problems.push(`${path} is a link, not a package.`)
    else if (entry.integrity === undefined) problems.push(`${path} has no integrity.`)
    else if (!SHA512.test(entry.integrity))
      problems.push(`${path} has an integrity that is no sha512: ${entry.integrity}`)
    if (entry.resolved !== undefined && !TARBALL.test(entry.resolved)) {
      problems.push(`${path} comes from ${entry.resolved}, which is no package of a registry.`)
    }
  }
  return problems
}

/** Node's way to find a package: inside the asking one, then beside it, then in each folder above. */
function found(packages: Record<string, unknown>, from: string, name: string): boolean {
  const places =
    from === ''
      ? ['']
      : from.split('/node_modules/').map((_, depth, parts) => `${parts.slice(0, depth + 1).join('/node_modules/')}/`)
  return ['', ...places].some((place) => `${place}node_modules/${name}` in packages)
}

if (import.meta.main) {
  const text = readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8')
  const problems = lockProblems(text)
  for (const problem of problems) console.error(`package-lock.json: ${problem}`)
  const count = Object.keys(Lock.parse(JSON.parse(text)).packages).length - 1
  console.log(`lock: ${count} packages, ${problems.length} problems`)
  process.exitCode = problems.length > 0 || count <= 0 ? 1 : 0
}
