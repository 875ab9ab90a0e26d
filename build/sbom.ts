// `node build/sbom.ts FILE`: writes a CycloneDX list (SBOM) of the packages whose code ships: what the program loads, what the page's bundle
// contains, and Electron. npm's own list leaves out the page's packages, or holds every build tool.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { shippedPackages } from './shipped.ts'

const root = join(import.meta.dirname, '..')
const Component = z.looseObject({
  'bom-ref': z.string(),
  name: z.string(),
  version: z.string(),
  properties: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
})
const Sbom = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component: Component }),
  components: z.array(Component),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
})
export type Sbom = z.infer<typeof Sbom>

/** The components of `all` that ship, and what they depend on among themselves. @throws where a package that ships is not in `all` */
export function shippedSbom(all: Sbom, shipped: ReadonlySet<string>): Sbom {
  const own = all.metadata.component
  const components = all.components
    .filter(({ name, version }) => shipped.has(`${name}@${version}`))
    .map((component) => ({
      ...component,
      scope: 'required',
      properties: component.properties?.filter(({ name }) => name !== 'cdx:npm:package:development'),
    }))
  const listed = new Set(components.map(({ name, version }) => `${name}@${version}`))
  const missing = [...shipped].filter((key) => !listed.has(key))
  if (missing.length > 0) throw new Error(`package-lock.json lacks what ships: ${missing.join(', ')}`)
  const refs = new Set([own['bom-ref'], ...components.map((component) => component['bom-ref'])])
  const dependencies = all.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }))
  return {
    ...all,
    // npm takes the name of the folder.
    metadata: { ...all.metadata, component: { ...own, name: 'whatslang' } },
    components,
    dependencies,
  }
}

/** Of this clone, with the packages that are installed. */
export function sbomOfClone(): Sbom {
  const text = execFileSync(
    'npm sbom --package-lock-only --sbom-format cyclonedx --sbom-type application',
    // npm is a script of the shell on Windows.
    { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26, shell: true, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const { version }: { version: string } = JSON.parse(
    readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8'),
  )
  return shippedSbom(Sbom.parse(JSON.parse(text)), new Set([...shippedPackages().keys(), `electron@${version}`]))
}

if (import.meta.main) {
  const [, , file] = process.argv
  if (file === undefined) throw new Error('Name the file to write: node build/sbom.ts FILE')
  const sbom = sbomOfClone()
  writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`)
  console.log(`sbom: ${sbom.components.length} packages in ${file}`)
}
