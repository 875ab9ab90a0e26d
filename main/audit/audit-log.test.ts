import { appendFileSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { createAuditLog } from './audit-log.ts'

function made(path = join(mkdtempSync(join(tmpdir(), 'whatslang-audit-')), 'audit.log')) {
  let time = 1000
  const logged: string[] = []
  const log = pino({}, { write: (line: string) => void logged.push(line) })
  const onRecord = vi.fn()
  return { path, logged, onRecord, audit: createAuditLog({ path, now: () => ++time, log, onRecord }) }
}

test('entries are on the disk at once, readable by the owner only, and listed newest first', () => {
  const { path, audit, onRecord } = made()
  audit.record({ action: 'sign-in', outcome: 'refused', by: 'page', address: '10.0.0.7' })
  audit.record({ action: 'backup-made', detail: { format: 'sql.gz' } })
  expect(onRecord).toHaveBeenCalledTimes(2)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(audit.list({ limit: 10 })).toMatchObject([
    { action: 'backup-made', outcome: 'done', by: 'program', address: null, detail: { format: 'sql.gz' } },
    { action: 'sign-in', outcome: 'refused', by: 'page', address: '10.0.0.7' },
  ])
  expect(audit.list({ limit: 10, action: 'sign-in' })).toHaveLength(1)
  expect(audit.list({ limit: 1 })).toHaveLength(1)
})

test('a name cannot forge a second entry, and a long one is cut', () => {
  const { path, audit } = made()
  audit.record({ action: 'bot-removed', detail: { name: `x\n{"at":1}\u001b[31m${'y'.repeat(5000)}` } })
  expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(1)
  const name = String(audit.list({ limit: 1 })[0]?.detail.name)
  expect(name).toHaveLength(200)
  expect(name).not.toMatch(/\p{Cc}/u)
})

test('an address in a name is masked', () => {
  const { path, audit } = made()
  audit.record({
    action: 'bot-removed',
    detail: { name: 'x 5511999990001@s.whatsapp.net', other: '850000001@lidmine' },
  })
  expect(readFileSync(path, 'utf8')).not.toMatch(/\d{5,}@/)
  expect(audit.list({ limit: 1 })[0]?.detail.name).toBe('x [address]')
})

test('a damaged line hides only itself', () => {
  const { path, audit } = made()
  audit.record({ action: 'sign-in' })
  appendFileSync(path, '{"at": 5, "action": "unknown"}\n{"at"')
  appendFileSync(path, '\n')
  audit.record({ action: 'export-made' })
  expect(audit.list({ limit: 10 }).map(({ action }) => action)).toEqual(['export-made', 'sign-in'])
})

test('it does not grow without end', () => {
  const { path, audit } = made()
  appendFileSync(path, `${'x'.repeat(2 * 1024 * 1024)}\n`)
  for (let round = 0; round < 6; round++) {
    audit.record({ action: 'sign-in' })
    appendFileSync(path, `${'x'.repeat(2 * 1024 * 1024)}\n`)
  }
  const names = readdirSync(join(path, '..')).sort()
  expect(names).toEqual(['audit.log', 'audit.log.1', 'audit.log.2', 'audit.log.3'])
  expect(audit.list({ limit: 100 })).toHaveLength(4)
})

test('an entry that cannot be written is reported in the log, and the act goes on', () => {
  const { audit, logged, onRecord } = made(join(import.meta.filename, 'audit.log'))
  audit.record({ action: 'sign-in' })
  expect(onRecord).not.toHaveBeenCalled()
  expect(logged.join()).toContain('the audit log could not be written')
})
