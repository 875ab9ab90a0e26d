import { isContractProcedure } from '@orpc/contract'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { contract } from './index.ts'

/** Every name that a caller can give a value, as `procedure: name`. */
function inputsOf(router: object, above = ''): string[] {
  return Object.entries(router).flatMap(([name, part]: [string, unknown]) => {
    const path = above + name
    if (!isContractProcedure(part)) return inputsOf(part as object, `${path}.`)
    const schema = part['~orpc'].inputSchema
    if (!(schema instanceof z.ZodType)) return []
    const json = JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
    const names = [...json.matchAll(/"properties":\{/g)].flatMap(({ index }) =>
      keysAt(json, index + '"properties":'.length),
    )
    return [...new Set(names)].map((key) => `${path}: ${key}`)
  })
}
/** The keys of the object that begins at this place of a JSON text. */
function keysAt(json: string, start: number): string[] {
  let depth = 0
  for (let end = start; end < json.length; end++) {
    if (json[end] === '{') depth++
    if (json[end] === '}' && --depth === 0) return Object.keys(JSON.parse(json.slice(start, end + 1)) as object)
  }
  return []
}

test('a caller names no place on the disk, and an address only where the table in docs/security.md says so', () => {
  const all = inputsOf(contract)
  expect(all.length).toBeGreaterThan(60)
  expect(all).toContain('restore.upload: name')
  expect(
    all.filter((name) => /path|folder|file|dir|url|host|command/i.test(name.split(': ')[1] ?? '')).toSorted(),
  ).toEqual([
    'host.changeUpdateFeed: url',
    'host.openLink: url',
    'settings.setSecret: base_url',
    'settings.testModel: base_url',
  ])
})
