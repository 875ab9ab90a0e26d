import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const renderer = join(import.meta.dirname, '..')
const components = readdirSync(renderer, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.tsx') && !file.endsWith('.test.tsx'),
)

test('no component says a word that is not in the catalogues', () => {
  expect(components.length).toBeGreaterThan(40)
  const said = components.flatMap((file) => {
    const source = readFileSync(join(renderer, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    const attributes = [
      ...source.matchAll(/\b(?:label|title|aria-label|placeholder|description|alt)="([^"]*[a-z]{2}[^"]*)"/gi),
    ]
    // Text between two tags. What holds code signs is a type or an expression, not words.
    const texts = [...source.matchAll(/>\s*([^<>{}()=;|&]*[A-Za-z]{2}[^<>{}()=;|&]*)\s*<\//g)]
    return [...attributes, ...texts].map((match) => `${file}: ${match[1]?.trim()}`)
  })
  expect(said).toEqual([])
})
