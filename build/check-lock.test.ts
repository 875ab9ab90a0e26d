import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockProblems } from './check-lock.ts'

const DIGEST = `sha512-${'a'.repeat(86)}==`
const lock = (packages: Record<string, object>) => JSON.stringify({ packages: { '': {}, ...packages } })

test('the committed lock file names a digest for every package of every platform', () => {
  expect(lockProblems(readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8'))).toEqual([])
})

test.each<[what: string, packages: Record<string, object>, problem: RegExp | undefined]>([
  ['a package with its digest', { 'node_modules/a': { version: '1.0.0', integrity: DIGEST } }, undefined],
  ['a package without', { 'node_modules/a': { version: '1.0.0' } }, /^node_modules\/a has no integrity/],
  [
    'one of another platform without',
    { 'node_modules/@x/a-win32': { version: '1.0.0', optional: true } },
    /no integrity/,
  ],
  ['a nested one without', { 'node_modules/b/node_modules/a': { version: '1.0.0' } }, /no integrity/],
  [
    'a weak digest',
    { 'node_modules/a': { version: '1.0.0', integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' } },
    /no sha512/,
  ],
  ['an empty digest', { 'node_modules/a': { version: '1.0.0', integrity: '' } }, /no sha512/],
  [
    'a package of another host',
    { 'node_modules/a': { version: '1.0.0', integrity: DIGEST, resolved: 'https://evil.example/a.tgz' } },
    /no package of a registry/,
  ],
  [
    'a package from a git repository',
    { 'node_modules/a': { version: '1.0.0', resolved: 'git+ssh://git@evil.example/a.git#0' } },
    /no integrity/,
  ],
  ['a link', { 'node_modules/a': { resolved: 'packages/a', link: true } }, /is a link/],
  [
    'a part of another package’s archive',
    { 'node_modules/b/node_modules/a': { version: '1.0.0', inBundle: true } },
    undefined,
  ],
  [
    'an optional package that only another platform installs and nobody locked',
    { 'node_modules/a': { version: '1.0.0', integrity: DIGEST, optionalDependencies: { 'a-darwin': '1.0.0' } } },
    /needs a-darwin/,
  ],
  [
    'one that lies inside the asking package',
    {
      'node_modules/a': { version: '1.0.0', integrity: DIGEST, optionalDependencies: { 'a-darwin': '1.0.0' } },
      'node_modules/a/node_modules/a-darwin': { version: '1.0.0', integrity: DIGEST },
    },
    undefined,
  ],
])('%s', (_what, packages, problem) => {
  const problems = lockProblems(lock(packages))
  if (problem === undefined) expect(problems).toEqual([])
  else expect(problems.join('\n')).toMatch(problem)
})
