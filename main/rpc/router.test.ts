import { createRouterClient, type ORPCError } from '@orpc/server'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { ChangeEvent } from '../../preload/contract/host.ts'
import type { AuditEvent } from '../audit/audit-log.ts'
import { BotError } from '../bots/bot-error.ts'
import { ConfigError } from '../config/config-error.ts'
import { createPause } from '../pause/pause.ts'
import { StoreError } from '../store/index.ts'
import type { Program } from './program.ts'
import { router } from './router.ts'

/** A program of which only what a test names is there. */
function clientOf(parts: Partial<Program>) {
  const logged: string[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) })
  const program = { log, ...parts } as Program
  return {
    client: createRouterClient(router, { context: { program, caller: { by: 'script', address: '127.0.0.1' } } }),
    logged,
  }
}
const failing = (error: unknown) =>
  clientOf({
    session: () => {
      throw error
    },
  })
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error as ORPCError<string, unknown>,
  )

test('an expected failure keeps its sentence and gets the contract’s code', async () => {
  const busy = await rejection(failing(new StoreError('busy', '/x', 'A restore runs.')).client.session.get())
  expect(busy).toMatchObject({ code: 'UNAVAILABLE', status: 503, defined: true, message: 'A restore runs.' })
  const gone = await rejection(failing(new BotError('not-found', 'x', 'There is none.')).client.session.get())
  expect(gone).toMatchObject({ code: 'NOT_FOUND', status: 404, message: 'There is none.' })
})

test('an unexpected one is logged once and tells the caller nothing', async () => {
  const { client, logged } = failing(new Error('SELECT secret FROM somewhere'))
  const error = await rejection(client.session.get())
  expect(error).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', status: 500 })
  expect(error.message).not.toContain('secret')
  expect(logged).toHaveLength(1)
})

test('input that does not fit is refused before anything is asked, and says where', async () => {
  const { client, logged } = clientOf({})
  expect(await rejection(client.chats.get({ jid: 'nonsense' }))).toMatchObject({
    code: 'INVALID',
    status: 422,
    data: { what: 'jid' },
    message: 'An address looks like 5511999990001@s.whatsapp.net.',
  })
  expect(await rejection(client.chats.list({ limit: 9999 }))).toMatchObject({
    data: { what: 'limit' },
    message: expect.stringMatching(/^limit: .*500\.$/),
  })
  expect(logged).toEqual([])
})

test('a pause of a fraction of a millisecond is rounded, so that the session can still be told of', async () => {
  const pause = createPause({ clock: { now: () => Date.now() + 0.4 } })
  const session = () => ({ state: 'open', since: 0, emulator: false, paused: pause.current() }) as const
  const { client } = clientOf({ pause, session })
  for (const minutes of [0.0014669325, 25703.535, 525599.99999]) {
    expect((await client.session.pause({ minutes })).paused?.until).toSatisfy(Number.isSafeInteger)
  }
})

test('a stream of changes begins with resync, and takes its listener back when its reader goes', async () => {
  const listeners = new Set<(event: ChangeEvent) => void>()
  const { client } = clientOf({
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  })
  for (let n = 0; n < 20; n++) {
    const stop = new AbortController()
    const events = await client.events.watch(undefined, { signal: stop.signal })
    expect((await events.next()).value).toEqual({ type: 'resync' })
    const next = events.next()
    await expect.poll(() => listeners.size).toBe(1)
    for (const tell of listeners) tell({ type: 'chats' })
    expect((await next).value).toEqual({ type: 'chats' })
    if (n % 2 === 0) await events.return?.(undefined)
    else {
      const pending = events.next().catch(() => undefined)
      stop.abort()
      await pending
    }
    await expect.poll(() => listeners.size).toBe(0)
  }
})

test('what a native dialog chose is recorded, and a dialog that was cancelled is not', async () => {
  const entries: AuditEvent[] = []
  const folders: (string | undefined)[] = [undefined, '/backups']
  const kept: unknown[] = []
  const { client } = clientOf({
    audit: { record: (event: AuditEvent) => void entries.push(event), list: () => [] },
    desktop: { pickFolder: async () => folders.shift() } as unknown as Program['desktop'],
    backups: { checkFolder: async () => undefined } as unknown as Program['backups'],
    settings: { update: (patch: unknown) => void kept.push(patch) } as unknown as Program['settings'],
  })
  expect(await client.host.pickBackupFolder()).toEqual({ path: null })
  expect(entries).toEqual([])
  expect(await client.host.pickBackupFolder()).toEqual({ path: '/backups' })
  expect(kept).toEqual([{ backup: { folder: '/backups' } }])
  expect(entries).toMatchObject([{ action: 'settings-changed', detail: { settings: 'backup.folder' } }])
  expect(
    await rejection(clientOf({ audit: { record: () => undefined, list: () => [] } }).client.host.pickBackupFolder()),
  ).toMatchObject({ code: 'UNAVAILABLE' })
})

test('what changes the program is recorded with who asked and what became of it, without values', async () => {
  const entries: AuditEvent[] = []
  const audit = { record: (event: AuditEvent) => void entries.push(event), list: () => [] }
  const updateByCaller = (patch: unknown) => {
    if (Reflect.get(Object(patch), 'theme') === 'purple') throw new ConfigError('invalid-settings', 'No such theme.')
  }
  const { client } = clientOf({ audit, settings: { updateByCaller } as unknown as Program['settings'] })
  await rejection(client.settings.update({ theme: 'purple' as 'dark', model: { base_url: 'https://secret.example' } }))
  expect(entries).toEqual([
    {
      action: 'settings-changed',
      outcome: 'refused',
      by: 'script',
      address: '127.0.0.1',
      detail: { settings: 'theme, model.base_url', code: 'INVALID' },
    },
  ])
  await rejection(client.settings.update({ theme: 'dark' }))
  expect(entries[1]).toMatchObject({ action: 'settings-changed', outcome: 'failed' })
  expect(JSON.stringify(entries)).not.toContain('secret.example')
})
