// Writes out/THIRD-PARTY-NOTICES.txt: every package whose code ships, in node_modules or inside the page's bundle, with its licence.
// A shipped package with no known licence fails the build.
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Manifest {
  name: string
  version: string
  license?: string
  author?: string | { name: string }
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}
const root = join(import.meta.dirname, '..')
const read = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** Packages that the page's sources import: they are bundled, so they ship. */
function importedByPage(): string[] {
  const names = new Set<string>()
  for (const file of globSync('{renderer,preload}/**/*.{ts,tsx}', { cwd: root })) {
    if (/\.test\.tsx?$|test-setup/.test(file)) continue
    const source = readFileSync(join(root, file), 'utf8')
    for (const match of source.matchAll(
      /(?:from|import) '((?:@[\w.-]+\/)?[\w.-]+)[^']*'|import\('((?:@[\w.-]+\/)?[\w.-]+)/g,
    )) {
      const name = match[1] ?? match[2]
      if (name && !name.startsWith('.') && name !== 'electron') names.add(name)
    }
  }
  return [...names]
}

/** Node's own resolution: the nearest node_modules upwards. */
function locate(name: string, from: string): string | undefined {
  for (let folder = from; folder.startsWith(root); folder = join(folder, '..')) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (folder === root) break
  }
  return undefined
}

function collect(): Map<string, { manifest: Manifest; folder: string }> {
  const found = new Map<string, { manifest: Manifest; folder: string }>()
  const visit = (name: string, from: string) => {
    const folder = locate(name, from)
    if (!folder) return
    const manifest = read(folder)
    const key = `${manifest.name}@${manifest.version}`
    if (found.has(key)) return
    found.set(key, { manifest, folder })
    for (const next of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) visit(next, folder)
  }
  const own = read(root)
  for (const name of [...Object.keys(own.dependencies ?? {}), ...importedByPage()]) visit(name, root)
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)))
}

function licenceText(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying|notice)/i.test(name))
  if (file) return readFileSync(join(folder, file), 'utf8').trim()
  const readme = readdirSync(folder).find((name) => /^readme/i.test(name))
  return readme && /##? licen[cs]e[\s\S]*/i.exec(readFileSync(join(folder, readme), 'utf8'))?.[0]?.trim()
}

const parts = [
  'Whatslang is free software under the GNU General Public License, version 3 or later (LICENSE).',
  'It contains the following works of others.',
]
const unknown: string[] = []
for (const [key, { manifest, folder }] of collect()) {
  const author = typeof manifest.author === 'string' ? manifest.author : manifest.author?.name
  const text = licenceText(folder)
  if (!manifest.license && !text) unknown.push(key)
  parts.push(
    `${'='.repeat(78)}\n${key}\nLicence: ${manifest.license ?? 'see below'}${author ? `\nBy: ${author}` : ''}\n\n${text ?? ''}`,
  )
}
if (unknown.length > 0) throw new Error(`No licence is known for: ${unknown.join(', ')}`)
mkdirSync(join(root, 'out'), { recursive: true })
writeFileSync(join(root, 'out', 'THIRD-PARTY-NOTICES.txt'), `${parts.join('\n\n')}\n`)
console.error(`notices: ${parts.length - 2} packages`)
