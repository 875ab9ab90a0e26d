import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const rows = read('SECURITY.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (attacker|---)/.test(line))
  .map((line) => line.slice(2, -2).split(' | '))
const promises = read('docs/security.md')
/** Sections that promise nothing. */
const PLAIN = ['Security', 'What is worth protecting', 'What stays unproven']

test('each row names an attacker, a promise and a test', () => {
  expect(rows.length).toBeGreaterThan(20)
  for (const row of rows) expect(row, row.join()).toHaveLength(4)
})

test('each test that the threat model names is there', () => {
  const named = rows.flatMap((row) => (row[3] ?? '').split('<br>'))
  expect(named.length).toBeGreaterThan(30)
  for (const one of named) {
    const [, file = '', name = ''] = /^`([^`]+)`: (.+)$/.exec(one) ?? []
    expect(existsSync(join(root, file)), one).toBe(true)
    expect(name.length, one).toBeGreaterThan(10)
    expect(read(file), one).toContain(name)
  }
})

test('each promise has an anchor and a row, and each row a promise that is there', () => {
  const anchors = [...promises.matchAll(/<a id="([\w-]+)"><\/a>/g)].map(([, id]) => id)
  const referred = rows.flatMap((row) =>
    [...(row[2] ?? '').matchAll(/docs\/security\.md#([\w-]+)/g)].map(([, id]) => id),
  )
  expect(new Set(anchors).size).toBe(anchors.length)
  expect(new Set(referred)).toEqual(new Set(anchors))
})

test('no paragraph of a promise is without an anchor', () => {
  const bare: string[] = []
  for (const section of promises.split(/^#+ /m).slice(1)) {
    const [title = '', ...blocks] = section.split('\n\n')
    if (PLAIN.includes(title.trim())) continue
    for (const block of blocks) {
      // A table and a list without anchors of its own continue the paragraph above them.
      const parts = block.startsWith('- <a id') ? block.split(/\n(?=- )/) : [block]
      for (const part of parts) if (!/<a id=/.test(part) && !/^(\||- |\s*$)/.test(part)) bare.push(part.slice(0, 60))
    }
  }
  expect(bare).toEqual([])
})
