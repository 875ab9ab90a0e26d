import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Manifest {
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
    if (/\.test\.tsx?$|test-setup|vite\.config/.test(file)) continue
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

/** Every package whose code ships, in node_modules or inside the page's bundle, by `name@version`. Electron itself is not among them. */
export function shippedPackages(): Map<string, { manifest: Manifest; folder: string }> {
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
