import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startLinkedApp } from '../linked-app.ts'
import { checkLogs } from './check.ts'
import { secretsOf } from './secrets.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })
const TEXT = 'Please keep this between us'
const NUMBER = '15550008001'
let kept: string
let run: string

beforeAll(async () => {
  kept = mkdtempSync(join(tmpdir(), 'whatslang-log-check-'))
  vi.stubEnv('WHATSLANG_TEST_LOGS', kept)
  const linked = await startLinkedApp()
  const ana = linked.emulator.contact({ name: 'Ana', pn: NUMBER, lid: '880000001' })
  const group = linked.emulator.group({ subject: 'Weekend', members: [ana] })
  await ana.sayIn(group, 'hello')
  await ana.say('hello')
  await linked.switchOn(ana)
  const said = await ana.say(TEXT)
  await ana.next(({ quotedId }) => quotedId === said.id)
  await linked.close()
  vi.unstubAllEnvs()
  run = join(kept, readdirSync(kept)[0] ?? '')
})
afterAll(() => rmSync(kept, { recursive: true, force: true }))

test('the logs of a program that linked and answered hold nothing secret, at the level of most words', () => {
  const { lines, keys, leaks } = checkLogs(kept)
  expect(leaks).toEqual([])
  expect(lines).toBeGreaterThan(5)
  // 812 one-time keys alone, public and private.
  expect(keys).toBeGreaterThan(5000)
})

test.each(['key', 'token', 'number', 'text'] as const)('each %s is found in a log, in every form', (kind) => {
  const secrets = secretsOf(run).filter((secret) => secret.kind === kind)
  if (kind === 'text') expect(secrets.map(({ value }) => value)).toContain(TEXT)
  if (kind === 'number') expect(secrets.map(({ value }) => value)).toContain(NUMBER)
  const log = join(run, 'logs', 'planted')
  writeFileSync(log, secrets.map(({ value }) => `{"level":30,"msg":"before ${value} after"}\n`).join(''))
  const { leaks } = checkLogs(kept)
  rmSync(log)
  expect(leaks.filter((leak) => leak.includes(`holds a ${kind}`))).toHaveLength(secrets.length)
  expect(secrets.length).toBeGreaterThan(0)
})
