import { execFile } from 'node:child_process'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { promisify } from 'node:util'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { Settings } from '../../preload/contract/settings.ts'
import { createModel } from './model.ts'
import { ModelError } from './model-error.ts'
import { createTransport, LARGEST_ANSWER } from './transport.ts'

const MIB = 1024 * 1024
const disposals: (() => unknown)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose()
})

/** A real server on loopback; `seen` are the requests that reached it. */
async function serve(answer: RequestListener) {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    request.resume()
    request.on('end', () => answer(request, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  disposals.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { seen, port, url: `http://127.0.0.1:${port}/v1` }
}

function modelAt(base_url: string, change: { timeout_seconds?: number; allowLinkLocal?: boolean } = {}) {
  const { allowLinkLocal = false, ...rest } = change
  const settings = Settings.parse({ model: { base_url, timeout_seconds: 5, ...rest } }).model
  const model = createModel({
    settings: () => settings,
    key: { at: async (address) => ({ key: 'a-key-for-tests', origin: new URL(address).origin }) },
    clock: { now: () => 1000, monotonic: () => performance.now() },
    allowLinkLocal,
  })
  disposals.push(() => model.dispose())
  return model
}
const prompt = { system: 'Be brief.', turns: [{ role: 'user' as const, text: 'my secret plan' }] }
async function failureOf(model: ReturnType<typeof modelAt>): Promise<ModelError> {
  const outcome = await model.complete(prompt).catch((error: unknown) => error)
  if (outcome instanceof ModelError) return outcome
  throw new Error(`It should have failed: ${String(outcome).slice(0, 100)}`)
}

const completion = (content: string) => JSON.stringify({ choices: [{ message: { role: 'assistant', content } }] })
const JSON_TYPE = { 'content-type': 'application/json' }
/** Writes for as long as the other side reads. */
function pour(response: ServerResponse, chunk: Buffer): void {
  const more = () => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more)
  }
  more()
}

describe('an answer that is too long', () => {
  it('is taken up to the bound, and refused above it', async () => {
    let length = 0
    const { url } = await serve((_request, response) =>
      response.writeHead(200, JSON_TYPE).end(completion('a'.repeat(length))),
    )
    const model = modelAt(url)
    length = LARGEST_ANSWER - 1000
    expect(await model.complete(prompt)).toHaveLength(length)
    length = LARGEST_ANSWER
    expect(await failureOf(model)).toMatchObject({ code: 'model-oversized', retryable: false, billed: true })
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['gzip, gzip', (data: Buffer) => gzipSync(gzipSync(data))],
  ] as const)('is refused where it is packed as %s, whatever the length says', async (encoding, pack) => {
    const small = pack(Buffer.from(completion('hello')))
    const bomb = pack(Buffer.from(completion('a'.repeat(24 * MIB))))
    let body = small
    const { url } = await serve((_request, response) =>
      response.writeHead(200, { ...JSON_TYPE, 'content-encoding': encoding, 'content-length': body.length }).end(body),
    )
    const model = modelAt(url)
    expect(await model.complete(prompt)).toBe('hello')
    body = bomb
    expect(bomb.length).toBeLessThan(LARGEST_ANSWER)
    expect((await failureOf(model)).code).toBe('model-oversized')
  })

  it.each([200, 400, 500])('is refused with status %i as well', async (status) => {
    const { url } = await serve((_request, response) =>
      response.writeHead(status, JSON_TYPE).end(JSON.stringify({ error: { message: 'x'.repeat(2 * MIB) } })),
    )
    expect((await failureOf(modelAt(url))).code).toBe('model-oversized')
  })

  it.each([
    ['bytes', (response: ServerResponse) => pour(response.writeHead(200, JSON_TYPE), Buffer.alloc(65_536, 'a'))],
    [
      'chunks that decode to nothing',
      (response: ServerResponse) =>
        // An endless row of empty gzip members.
        pour(
          response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }),
          Buffer.concat(Array(3000).fill(gzipSync(''))),
        ),
    ],
    [
      'a gzip of zeros',
      (response: ServerResponse) =>
        response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(400 * MIB))),
    ],
  ])(
    'takes no memory where it never ends: %s',
    async (_what, answer) => {
      const { url, seen } = await serve((_request, response) => answer(response))
      const { stdout } = await promisify(execFile)(process.execPath, [
        new URL('./ask.test-kit.ts', import.meta.url).pathname,
        url,
        '20',
      ])
      const outcome = JSON.parse(stdout) as { code?: string; peakBytes: number }
      expect(outcome.code).toBe('model-oversized')
      expect(outcome.peakBytes).toBeLessThan(260 * MIB)
      expect(seen).toHaveLength(1)
    },
    30_000,
  )

  it('is refused in the list of models too, and the list is bounded', async () => {
    let list: (response: ServerResponse) => void = (response) =>
      pour(response.writeHead(200, JSON_TYPE), Buffer.alloc(65_536, ' '))
    const { url } = await serve((request, response) =>
      request.url === '/v1/models' ? list(response) : response.writeHead(200, JSON_TYPE).end(completion('ready')),
    )
    const model = modelAt(url)
    expect(await model.test()).toMatchObject({ ok: true, models: [] })
    const data = [
      ...Array.from({ length: 3000 }, (_, n) => ({ id: `m${n}` })),
      { id: 'x'.repeat(1000) },
      { id: 5 },
      null,
      'y',
    ]
    list = (response) => response.writeHead(200, JSON_TYPE).end(JSON.stringify({ data }))
    expect((await model.test()).models).toHaveLength(500)
    list = (response) => response.writeHead(200, JSON_TYPE).end(JSON.stringify({ data: { length: 1e9 } }))
    expect((await model.test()).models).toEqual([])
  })
})

describe('an answer that does not come', () => {
  it.each<[string, (response: ServerResponse) => void, boolean]>([
    ['no headers', () => undefined, false],
    ['headers and no byte', (response) => response.writeHead(200, JSON_TYPE).flushHeaders(), false],
    ['a byte now and then', (response) => void setInterval(() => response.write(' '), 20).unref(), true],
    ['half an answer', (response) => response.writeHead(200, JSON_TYPE).write('{"choices":'), true],
  ])('ends at the time limit: %s', async (_what, answer, once) => {
    const { url } = await serve((_request, response) => answer(response))
    const start = performance.now()
    const failure = await failureOf(modelAt(url, { timeout_seconds: 1 }))
    expect(performance.now() - start).toBeLessThan(4000)
    expect(failure).toMatchObject({ code: 'model-timeout', retryable: true, once })
  })

  it('costs nothing where no connection was made', async () => {
    const { url } = await serve(() => undefined)
    await disposals.pop()?.()
    expect(await failureOf(modelAt(url))).toMatchObject({ code: 'model-unreachable', billed: false })
  })

  it('counts as spent where the connection broke in the middle', async () => {
    const { url } = await serve((_request, response) => void response.destroy())
    expect(await failureOf(modelAt(url))).toMatchObject({ code: 'model-unreachable', billed: true })
  })
})

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308, 300])('is not followed: %i', async (status) => {
    const other = await serve((_request, response) => response.writeHead(200, JSON_TYPE).end(completion('stolen')))
    const { url } = await serve((_request, response) =>
      response.writeHead(status, { location: `${other.url}/chat/completions?x=1` }).end(),
    )
    const failure = await failureOf(modelAt(url))
    expect(failure).toMatchObject({ code: 'model-redirect', retryable: false })
    expect(failure.message).toContain(`127.0.0.1:${other.port}`)
    expect(other.seen).toEqual([])
  })

  it.each(['/elsewhere', '//evil.example/x', 'https://evil.example/\u202e', 'not an address at all:', undefined])(
    'is told in its own words: %j',
    async (location) => {
      const { url } = await serve((_request, response) =>
        response.writeHead(307, location === undefined ? {} : { location: encodeURI(location) }).end(),
      )
      const { code, message } = await failureOf(modelAt(url))
      expect(code).toBe('model-redirect')
      expect(message).not.toMatch(/\u202e|\n/)
      if (location?.includes('evil')) expect(message).toContain('evil.example')
    },
  )

  it('is not followed by the list of models', async () => {
    const other = await serve((_request, response) => response.writeHead(200, JSON_TYPE).end('{"data":[{"id":"x"}]}'))
    const { url } = await serve((_request, response) => response.writeHead(302, { location: other.url }).end())
    expect(await modelAt(url).test()).toMatchObject({ ok: false, code: 'model-redirect', models: [] })
    expect(other.seen).toEqual([])
  })
})

describe('a link-local or metadata address', () => {
  it.each([
    'http://169.254.169.254/v1',
    'http://2852039166/v1',
    'http://0xa9.0xfe.0xa9.0xfe/v1',
    'http://0251.0376.0251.0376/v1',
    'http://169.254.43518/v1',
    'http://[fe80::1]/v1',
    'http://[febf::1]/v1',
    'http://[::ffff:169.254.169.254]/v1',
    'http://[::ffff:0:169.254.169.254]/v1',
    'http://[::a9fe:a9fe]/v1',
    'http://[64:ff9b::169.254.169.254]/v1',
    'http://[2002:a9fe:a9fe::1]/v1',
    'http://[fd00:ec2::254]/v1',
    'http://[fd20:ce::254]/v1',
    'http://100.100.100.200/v1',
    'http://168.63.129.16/v1',
    'http://metadata.google.internal/v1',
    'http://METADATA.google.internal./v1',
  ])('is refused: %s', async (url) => {
    const failure = await failureOf(modelAt(url, { timeout_seconds: 2 }))
    expect(failure).toMatchObject({ code: 'model-link-local', retryable: false, billed: false })
    expect(failure.message).toContain('WHATSLANG_MODEL_ALLOW_LINK_LOCAL')
  })

  it.each(['http://169.253.0.1:9', 'http://127.0.0.1:9', 'http://[::ffff:127.0.0.1]:9', 'http://[fec0::1]:9'])(
    'is not meant by its neighbours: %s',
    async (url) => {
      expect((await failureOf(modelAt(url, { timeout_seconds: 1 }))).code).not.toBe('model-link-local')
    },
  )

  it('may be allowed by hand', async () => {
    const failure = await failureOf(modelAt('http://169.254.77.77:9/v1', { timeout_seconds: 1, allowLinkLocal: true }))
    expect(failure.code).not.toBe('model-link-local')
  })

  /** Names as an attacker's DNS answers them; each look-up takes the next answer. */
  function names(answers: string[][], change: { allowLinkLocal?: boolean } = {}) {
    let looked = 0
    const lookup: LookupFunction = (_name, options, callback) => {
      const addresses = answers[Math.min(looked++, answers.length - 1)] ?? []
      const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
      if (options.all) callback(null, all)
      else callback(null, all[0]?.address ?? '', all[0]?.family)
    }
    const transport = createTransport({ allowLinkLocal: false, lookup, ...change })
    disposals.push(() => transport.dispose())
    const ask = async (url: string) => {
      const attempt = transport.attempt(url, 3000)
      return attempt.fetch(url, { method: 'POST', body: '{}' }).then(
        async (response) => await response.text(),
        () => attempt.failure()?.code,
      )
    }
    return { ask, looked: () => looked }
  }

  it('is refused behind a name', async () => {
    const { ask } = names([['169.254.169.254'], ['fe80::1', '169.254.1.1'], ['::ffff:169.254.169.254']])
    for (let n = 0; n < 3; n += 1) expect(await ask('http://model.example/v1')).toBe('model-link-local')
  })

  it('is not reached where the name changes its mind after it was looked at', async () => {
    const { port, seen } = await serve((_request, response) => response.end('hello'))
    const rebinding = names([['127.0.0.1'], ['169.254.169.254']])
    expect(await rebinding.ask(`http://model.example:${port}/v1`)).toBe('hello')
    expect(rebinding.looked()).toBe(1)
    expect(seen).toHaveLength(1)
  })

  it('is passed over where the name has another address as well', async () => {
    const { port } = await serve((_request, response) => response.end('hello'))
    expect(await names([['fe80::1', '127.0.0.1']]).ask(`http://nas.local:${port}/v1`)).toBe('hello')
  })
})

it('leaves no connection behind', async () => {
  const open = new Set<IncomingMessage['socket']>()
  const { url } = await serve((request, response) => {
    open.add(request.socket)
    pour(response.writeHead(200, JSON_TYPE), Buffer.alloc(65_536, 'a'))
  })
  const model = modelAt(url)
  for (let n = 0; n < 3; n += 1) await failureOf(model)
  await expect.poll(() => [...open].filter((socket) => !socket.destroyed)).toEqual([])
})
