import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Settings } from '../../preload/contract/settings.ts'
import { isLocalEndpoint } from './local-endpoint.ts'
import { createModel, type Model } from './model.ts'
import { ModelError } from './model-error.ts'

const KEY = 'sk-test-1234567890abcdefghijkl'
type Handler = (request: IncomingMessage, body: string, response: ServerResponse) => void
const answer = (content: unknown) => (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(
    JSON.stringify({
      id: 'x',
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content } }],
    }),
  )
const refuse =
  (status: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify({ error: { message: `Incorrect API key provided: ${KEY}` } }))

let handler: Handler
let model: Model
let key: string | undefined
let origin: string
const settings = Settings.parse({}).model
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => handler(request, Buffer.concat(chunks).toString(), response))
})
const prompt = { system: 'Be brief.', turns: [{ role: 'user' as const, text: 'hi' }] }
const failure = async (signal?: AbortSignal): Promise<ModelError> => {
  try {
    await model.complete(prompt, signal)
  } catch (error) {
    if (error instanceof ModelError) return error
    throw error
  }
  throw new Error('it should have failed')
}

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  key = KEY
  origin = `http://127.0.0.1:${port}`
  Object.assign(settings, Settings.parse({}).model, { base_url: `http://127.0.0.1:${port}/v1`, name: 'little-model' })
  model = createModel({
    settings: () => settings,
    key: {
      at: async (address) => ({ key: new URL(address).origin === origin ? key : undefined, origin: key && origin }),
    },
    clock: { now: () => 1000, monotonic: () => performance.now() },
  })
})
afterEach(async () => {
  await model.dispose()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

describe('a call', () => {
  it('sends prompt, conversation and key, and reads the answer', async () => {
    let seen: unknown
    handler = (request, body, response) => {
      seen = { url: request.url, auth: request.headers.authorization, ...JSON.parse(body) }
      answer('<think>they greet me</think>\n hello ')(response)
    }
    expect(await model.complete(prompt)).toBe('hello')
    expect(seen).toEqual({
      url: '/v1/chat/completions',
      auth: `Bearer ${KEY}`,
      model: 'little-model',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ],
    })
    expect(await model.status()).toMatchObject({
      configured: true,
      has_key: true,
      calls: 1,
      errors: 0,
      last_ok_at: 1000,
    })
  })

  it('needs no key for an endpoint on this machine', async () => {
    key = undefined
    handler = (_request, _body, response) => answer('hello')(response)
    expect(await model.complete(prompt)).toBe('hello')
  })

  it.each([
    [401, 'model-key', false],
    [403, 'model-key', false],
    [404, 'model-unknown', false],
    [400, 'model-refused', false],
    [408, 'model-timeout', true],
    [429, 'model-limit', true],
    [500, 'model-failed', true],
    [503, 'model-failed', true],
  ])('names a %i, asks once, and keeps the key out of it', async (status, code, retryable) => {
    let calls = 0
    handler = (_request, _body, response) => {
      calls += 1
      refuse(status, { 'retry-after': '7' })(response)
    }
    const error = await failure()
    expect(error).toMatchObject({ code, retryable, retryAfterMs: 7000 })
    expect(calls).toBe(1)
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(KEY)
    const status_ = await model.status()
    expect(status_).toMatchObject({ errors: 1, last_error: { code } })
    expect(JSON.stringify(status_)).not.toContain(KEY)
  })

  it('ends at the time limit, also where the body never ends', async () => {
    settings.timeout_seconds = 0.1
    handler = (_request, _body, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"choices":')
    }
    expect(await failure()).toMatchObject({ code: 'model-timeout', retryable: true })
  })

  it('says that nobody is there', async () => {
    settings.base_url = 'http://127.0.0.1:9/v1'
    expect(await failure()).toMatchObject({ code: 'model-unreachable', retryable: true })
  })

  it.each(['not json', '{"choices":[{"message":{"content":[1]}}]}'])('does not take %j for an answer', async (body) => {
    handler = (_request, _body, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body)
    expect(await failure()).toMatchObject({ code: 'model-failed', retryable: true })
  })

  it('asks nobody where a model is not set up', async () => {
    key = undefined
    settings.base_url = 'https://api.example.com/v1'
    expect(await failure()).toMatchObject({ code: 'model-missing' })
    expect(await model.status()).toMatchObject({ configured: false, calls: 0 })
  })

  it('sends no key to an address that the key was not entered for, and works again after going back', async () => {
    const seen: (string | undefined)[] = []
    handler = (request, _body, response) => {
      seen.push(request.headers.authorization)
      if (request.headers.authorization === `Bearer ${KEY}`) answer('hello')(response)
      else refuse(401)(response)
    }
    const home = settings.base_url
    settings.base_url = 'https://api.example.com/v1'
    expect(await failure()).toMatchObject({ code: 'model-key-elsewhere', message: expect.stringContaining(origin) })
    expect(await model.status()).toMatchObject({ configured: false, has_key: false, key_origin: origin })
    // A server of this network is asked without a key; where it wants one, the reason is said.
    settings.base_url = home.replace('127.0.0.1', 'localhost')
    expect(await failure()).toMatchObject({ code: 'model-key-elsewhere', retryable: true })
    expect(await model.test()).toMatchObject({ ok: false, code: 'model-key-elsewhere' })
    expect(seen.join()).not.toContain(KEY)
    settings.base_url = home
    expect(await model.complete(prompt)).toBe('hello')
  })

  it('ends when it is no longer wanted', async () => {
    const abort = new AbortController()
    handler = () => abort.abort()
    expect((await failure(abort.signal)).code).toBe('cancelled')
    expect(await model.status()).toMatchObject({ errors: 0 })
  })

  it('keeps to the number of parallel calls', async () => {
    settings.parallel = 2
    let now = 0
    let most = 0
    handler = (_request, _body, response) => {
      most = Math.max(most, ++now)
      setTimeout(() => {
        now -= 1
        answer('ok')(response)
      }, 20)
    }
    await Promise.all(Array.from({ length: 8 }, () => model.complete(prompt)))
    expect(most).toBe(2)
  })
})

describe('the test question', () => {
  it('tells what works, and which models there are', async () => {
    handler = (request, _body, response) =>
      request.url === '/v1/models'
        ? response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify({ data: [{ id: 'b' }, { id: 'a' }] }))
        : answer('ready')(response)
    expect(await model.test()).toMatchObject({ ok: true, models: ['a', 'b'] })
  })

  it('tells what is wrong, and does not show a stored key to another endpoint', async () => {
    const seen: (string | undefined)[] = []
    handler = (request, _body, response) => {
      seen.push(request.headers.authorization)
      refuse(401)(response)
    }
    const result = await model.test({ base_url: settings.base_url.replace('/v1', '/other') })
    expect(result.ok).toBe(false)
    expect(result.message).toContain('refused the key')
    expect(seen.join()).not.toContain(KEY)
  })
})

it('knows which endpoints are at home', () => {
  for (const host of [
    'localhost:11434',
    '127.0.0.1',
    '[::1]:1234',
    '192.168.1.7',
    '10.0.0.1',
    '172.20.0.2',
    'ollama',
    'nas.local',
    'host.docker.internal',
  ]) {
    expect([host, isLocalEndpoint(`http://${host}/v1`)]).toEqual([host, true])
  }
  for (const host of ['api.openai.com', '172.32.0.1', '8.8.8.8', 'localhost.example.com', '[2001:db8::1]']) {
    expect([host, isLocalEndpoint(`http://${host}/v1`)]).toEqual([host, false])
  }
})
