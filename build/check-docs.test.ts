import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { docProblems } from './check-docs.ts'

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'docs-'))
  for (const folder of ['main/bots', 'docs', 'test']) mkdirSync(join(root, folder), { recursive: true })
  for (const file of ['main/app.ts', 'main/bots/runner.ts', 'test/a.spec.ts', 'docs/a.md'])
    writeFileSync(join(root, file), '')
  writeFileSync(join(root, 'docs/b.md'), '# B\n\n## Two *words*, here\n\n<a id="made"></a>\n')
})
afterAll(() => rmSync(root, { recursive: true }))
const problems = (text: string, document = 'docs/a.md') =>
  docProblems(document, text, { root, scripts: ['lint', 'test', 'cli'], verbs: ['backup'] })

test.each([
  ['a path in code', 'See `main/bots/runner.ts`.'],
  ['a folder', 'See `main/bots/` and `main/bots`.'],
  ['a name alone', 'See `app.ts` and `bots/runner.ts`.'],
  ['a pattern', '`main/{bots,none}/*.ts` and `test/*.spec.ts`'],
  ['a link, with a heading, with an anchor', '[b](b.md) [w](b.md#two-words-here) [m](b.md#made) [up](../main/app.ts)'],
  [
    'addresses and data of the user',
    '[x](https://x.example/main/none.ts) `data/token` `logs/` `/opt/main/none.ts` `a.db`',
  ],
  ['built files', '`out/main/cli.js`'],
  [
    'scripts and verbs',
    '`npm run lint`, `npm test`, `npm run -s cli -- backup`, `docker exec whatslang whatslang backup`',
  ],
  ['placeholders', '`whatslang <verb>` and `npm run <name>`, `whatslang ...`'],
  ['a diagram', '```mermaid\nflowchart\n  a["main/bots/runner.ts"] --> b\n```'],
])('nothing is said of %s', (_what, text) => expect(problems(text)).toEqual([]))

test.each([
  ['a path in code', 'See\n`main/none.ts`.', 'docs/a.md:2: there is no main/none.ts.'],
  ['a path in text', 'See main/none/more.ts, there', 'docs/a.md:1: there is no main/none/more.ts.'],
  ['a folder', '`test/none/`', 'docs/a.md:1: there is no test/none/.'],
  ['a name alone', '`none.ts`', 'docs/a.md:1: there is no file none.ts.'],
  ['a part of a path', '`bots/none.ts`', 'docs/a.md:1: there is no file bots/none.ts.'],
  ['a pattern', '`main/bots/*.tsx`', 'docs/a.md:1: there is no main/bots/*.tsx.'],
  ['a link', '[x](none.md)', 'docs/a.md:1: there is no docs/none.md.'],
  ['a picture', '![x](images/none.png)', 'docs/a.md:1: there is no docs/images/none.png.'],
  ['a reference', '[x][1]\n\n[1]: none.md', 'docs/a.md:3: there is no docs/none.md.'],
  ['a link that leads out', '[x](../../none.md)', 'docs/a.md:1: ../../none.md leads out of the repository.'],
  ['a heading elsewhere', '[x](b.md#none)', 'docs/a.md:1: docs/b.md has no heading #none.'],
  ['a heading here', '[x](#none)', 'docs/a.md:1: docs/a.md has no heading #none.'],
  ['a script', '`npm run none`', 'docs/a.md:1: package.json has no script none.'],
  ['a script in a block', '```sh\nnpm run none -- x\n```', 'docs/a.md:2: package.json has no script none.'],
  ['a short script', '`npm start`', 'docs/a.md:1: package.json has no script start.'],
  ['a verb', '`whatslang none --json`', 'docs/a.md:1: the command line has no verb none.'],
  ['a verb from a clone', '`npm run -s cli -- none`', 'docs/a.md:1: the command line has no verb none.'],
  ['a diagram', '```mermaid\na["main/none.ts"]\n```', 'docs/a.md:2: there is no main/none.ts.'],
])('what is not there is named: %s', (_what, text, problem) => expect(problems(text)).toEqual([problem]))
