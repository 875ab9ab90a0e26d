import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { en } from './en.ts'
import { ptBR } from './pt-BR.ts'

type Tree = { [key: string]: string | Tree }
const flat = (tree: Tree, at = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[at + key, value]] : flat(value, `${at}${key}.`),
  )
const holes = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((match) => match[1] ?? '').toSorted()
const renderer = join(import.meta.dirname, '..')
const components = readdirSync(renderer, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.tsx') && !file.endsWith('.test.tsx'),
)

test('both catalogues know the same words, with the same places to fill', () => {
  const portuguese = new Map(flat(ptBR))
  const english = flat(en)
  expect([...portuguese.keys()].sort()).toEqual(english.map(([key]) => key).sort())
  for (const [key, text] of english) expect(holes(portuguese.get(key) ?? ''), key).toEqual(holes(text))
})

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
