// What `npm test -- FILE` sets up before it runs the file.
import { expect, test } from 'vitest'
import { needsOf, quickTests, testFiles } from '../test/needs.ts'

const TOOLS = ['sqlite3', 'age', 'curl', 'nginx', 'bindfs']

test.each([
  ['main/bots/splitter.test.ts', { build: false, browser: false, processes: false, commands: [] }],
  ['renderer/components/links.test.ts', { build: false, browser: false, processes: false, commands: [] }],
  ['main/tasks/board.test.ts', { build: false, browser: false }],
  ['main/whatsapp/whatsapp.test.ts', { build: false, browser: false, processes: true }],
  ['main/backup/age/interop.test.ts', { build: false, browser: false, processes: true, commands: ['age'] }],
  ['test/docs.spec.ts', { build: true, browser: false, commands: ['sqlite3', 'age', 'curl'] }],
  ['test/proxy.spec.ts', { build: true, browser: false, commands: ['nginx'] }],
  ['test/pages.spec.ts', { build: true, browser: true }],
  ['test/answer.spec.ts', { build: true, browser: true }],
  ['test/words.spec.ts', { build: false }],
])('%s', (file, needs) => expect(needsOf([file], TOOLS)).toMatchObject(needs))

test('several files need what each of them needs', () => {
  expect(needsOf(['main/bots/splitter.test.ts', 'test/pages.spec.ts'])).toMatchObject({ build: true, browser: true })
})

test('a file is found by a part of its path, as vitest does', () => {
  expect(testFiles(['splitter'])).toEqual(['main/bots/splitter.test.ts'])
  expect(testFiles(['./main/bots/splitter.test.ts'])).toEqual(['main/bots/splitter.test.ts'])
  expect(testFiles(['no such file'])).toEqual([])
})

test('quick tests start nothing, and no test is forgotten', () => {
  const { quick, left } = quickTests()
  expect(quick).toContain('main/bots/splitter.test.ts')
  expect(quick).not.toContain('main/bots/crash.test.ts')
  expect(quick.length + left).toBe(testFiles().filter((file) => !file.startsWith('test/')).length)
})
