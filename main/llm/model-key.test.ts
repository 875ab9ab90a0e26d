import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { createFileSecrets } from '../config/secrets.ts'
import { createModelKey, originOf } from './model-key.ts'

const KEPT = 'sk-kept-123456'
const GIVEN = 'sk-given-123456'
const HOME = 'https://api.example.com/v1'
const EVIL = 'https://evil.example/v1'
const log = pino({ level: 'silent' })

/** A start of the program on one secrets file. */
function world(path = join(mkdtempSync(join(tmpdir(), 'whatslang-key-')), 'secrets.json')) {
  const secrets = createFileSecrets(path)
  return {
    path,
    secrets,
    async start(address: string, environment: { OPENAI_API_KEY?: string; OPENAI_BASE_URL?: string } = {}) {
      const state = { address: environment.OPENAI_BASE_URL ?? address }
      const key = createModelKey({ secrets, environment, address: () => state.address, log })
      await key.bindAtStart()
      const move = (to: string) => {
        state.address = to
      }
      return { ...key, move }
    },
  }
}

describe('a kept key', () => {
  test('is sent only to the address that it was entered for, and works again after going back', async () => {
    const key = await world().start(HOME)
    await key.set(KEPT)
    expect(await key.at(HOME)).toEqual({ key: KEPT, origin: 'https://api.example.com' })
    for (const other of [
      EVIL,
      'http://api.example.com/v1',
      'https://api.example.com:8443/v1',
      'https://api.example.com.evil.example/v1',
    ])
      expect(await key.at(other)).toEqual({ key: undefined, origin: 'https://api.example.com' })
    expect((await key.at('https://API.example.com:443/other')).key).toBe(KEPT)
  })

  test('is not bound anew by a start with another address', async () => {
    const { start } = world()
    await (await start(HOME)).set(KEPT)
    const later = await start(EVIL)
    expect((await later.at(EVIL)).key).toBeUndefined()
    expect((await (await start(HOME)).at(HOME)).key).toBe(KEPT)
  })

  test('of a version without bindings is bound once, to the address of the first start', async () => {
    const { path, start } = world()
    writeFileSync(path, JSON.stringify({ model_api_key: KEPT }))
    expect((await (await start(HOME)).at(HOME)).key).toBe(KEPT)
    expect((await (await start(EVIL)).at(EVIL)).key).toBeUndefined()
  })

  test('that is entered again for another address goes there, and no more to the former one', async () => {
    const key = await world().start(HOME)
    await key.set(KEPT)
    key.move(EVIL)
    await key.set(KEPT)
    expect((await key.at(EVIL)).key).toBe(KEPT)
    expect((await key.at(HOME)).key).toBeUndefined()
  })

  test('needs a web address', async () => {
    const key = await world().start('mailto:x@example.com')
    await expect(key.set(KEPT)).rejects.toMatchObject({ code: 'invalid-settings' })
    expect(await key.exists()).toBe(false)
  })

  test('leaves no key in clear text in the record', async () => {
    const { path, start } = world()
    await (await start(HOME)).set(KEPT)
    expect(JSON.parse(readFileSync(path, 'utf8')).model_key_origins).not.toContain(KEPT)
  })
})

describe('the key of the environment', () => {
  test('belongs to the address of the environment', async () => {
    const { start } = world()
    const key = await start(EVIL, { OPENAI_API_KEY: GIVEN, OPENAI_BASE_URL: HOME })
    expect((await key.at(HOME)).key).toBe(GIVEN)
    expect((await key.at(EVIL)).key).toBeUndefined()
    // The address goes from the environment; what a file had set meanwhile comes into force.
    expect((await (await start(EVIL, { OPENAI_API_KEY: GIVEN })).at(EVIL)).key).toBeUndefined()
  })

  test('without one it stays with the address of the first start, also over an import and a restart', async () => {
    const { start } = world()
    expect((await (await start(HOME, { OPENAI_API_KEY: GIVEN })).at(EVIL)).key).toBeUndefined()
    const later = await start(EVIL, { OPENAI_API_KEY: GIVEN })
    expect((await later.at(EVIL)).key).toBeUndefined()
    expect((await later.at(HOME)).key).toBe(GIVEN)
    expect((await (await start(EVIL, { OPENAI_API_KEY: 'a-new-one' })).at(EVIL)).key).toBe('a-new-one')
  })

  test('wins where both fit; the kept one serves where only it does', async () => {
    const { start } = world()
    const key = await start(HOME, { OPENAI_API_KEY: GIVEN })
    await key.set(KEPT)
    expect((await key.at(HOME)).key).toBe(GIVEN)
    key.move(EVIL)
    await key.set(KEPT)
    expect(await key.at(EVIL)).toEqual({ key: KEPT, origin: 'https://evil.example' })
  })
})

test('a keychain that does not open does not end the start', async () => {
  const closed = async () => Promise.reject(new Error('closed'))
  const key = createModelKey({
    secrets: { backend: 'keychain', get: closed, set: closed, delete: closed },
    environment: {},
    address: () => HOME,
    log,
  })
  await key.bindAtStart()
  await expect(key.at(HOME)).rejects.toThrow('closed')
})

test('an origin is that of a web address', () => {
  expect(originOf('https://user:pass@a.example/v1?key=1')).toBe('https://a.example')
  expect(originOf('file:///etc/passwd')).toBeUndefined()
  expect(originOf('nonsense')).toBeUndefined()
})
