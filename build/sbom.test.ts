import { expect, test } from 'vitest'
import { type Sbom, sbomOfClone, shippedSbom } from './sbom.ts'

const component = (name: string, version = '1.0.0') => ({
  'bom-ref': `${name}@${version}`,
  name,
  version,
  properties: [{ name: 'cdx:npm:package:development', value: 'true' }],
})
const all: Sbom = {
  bomFormat: 'CycloneDX',
  metadata: { component: { ...component('folder'), 'bom-ref': 'app@1.0.0' } },
  components: [component('react'), component('vite'), component('ws'), component('ws', '2.0.0')],
  dependencies: [
    { ref: 'app@1.0.0', dependsOn: ['react@1.0.0', 'vite@1.0.0', 'ws@1.0.0'] },
    { ref: 'vite@1.0.0', dependsOn: ['ws@2.0.0'] },
    { ref: 'ws@1.0.0', dependsOn: [] },
  ],
}

test('what does not ship is left out, with its edges and in its other versions', () => {
  const { metadata, components, dependencies } = shippedSbom(all, new Set(['react@1.0.0', 'ws@1.0.0']))
  expect(metadata.component.name).toBe('whatslang')
  expect(components.map((one) => one['bom-ref'])).toEqual(['react@1.0.0', 'ws@1.0.0'])
  expect(components.flatMap((one) => one.properties)).toEqual([])
  expect(dependencies).toEqual([
    { ref: 'app@1.0.0', dependsOn: ['react@1.0.0', 'ws@1.0.0'] },
    { ref: 'ws@1.0.0', dependsOn: [] },
  ])
})

test('what ships and is not locked is an error', () => {
  expect(() => shippedSbom(all, new Set(['react@2.0.0']))).toThrow('react@2.0.0')
})

test('of this clone: the page’s packages, the native one and Electron, and no build tool', () => {
  const names = new Set(sbomOfClone().components.map(({ name }) => name))
  for (const name of ['react', '@mantine/core', 'better-sqlite3', '@whiskeysockets/baileys', 'electron']) {
    expect(names, name).toContain(name)
  }
  for (const name of ['vite', 'vitest', 'typescript', 'electron-builder', 'playwright-core', 'node']) {
    expect(names, name).not.toContain(name)
  }
})
