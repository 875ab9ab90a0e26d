import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const renderer = join(import.meta.dirname, '..')
const styles = join(renderer, '../node_modules/@mantine/core/styles')

test('every component of Mantine that is used has its styles', () => {
  const listed = readFileSync(join(import.meta.dirname, 'mantine-styles.ts'), 'utf8')
  const used = new Set<string>()
  for (const file of readdirSync(renderer, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.tsx')) continue
    const source = readFileSync(join(renderer, file), 'utf8')
    for (const [, names] of source.matchAll(/import \{([^}]*)\} from '@mantine\/core'/g))
      for (const name of names?.split(',') ?? []) used.add(name.trim())
  }
  expect(used.size).toBeGreaterThan(20)
  const missing = [...used].filter(
    (name) => existsSync(join(styles, `${name}.css`)) && !listed.includes(`/styles/${name}.css`),
  )
  expect(missing).toEqual([])
})
