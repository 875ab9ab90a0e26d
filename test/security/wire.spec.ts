// Machines on the network that speak HTTP as no client does: to smuggle a request past a proxy, to fill the memory, to open a tunnel.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../../build/bundle.ts'
import { type AttackedHeadless, attackedHeadless } from './attacked.ts'
import { exchange, lines } from './raw-http.ts'

let host: AttackedHeadless
beforeAll(async () => {
  await bundle()
  host = await attackedHeadless()
})
afterAll(() => host?.close())

const to = () => ({ host: '127.0.0.1', port: host.port })
const own = () => `Host: 127.0.0.1:${host.port}`
const bearer = () => `Authorization: ${host.authorization}`
/** A request that would show: it adds a chat, and its sender has the token. */
const smuggled = (jid: string) => {
  const body = JSON.stringify({ jid })
  return lines(
    'POST /api/chats HTTP/1.1',
    own(),
    bearer(),
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    '',
    body,
  )
}
const chats = async () => JSON.stringify((await host.rest.send('GET', '/api/chats')).body)

describe('a request that two readers could read in two ways', () => {
  const jid = '15550009001@s.whatsapp.net'
  const head = () => ['POST /api/session/resume HTTP/1.1', own(), bearer()]
  const attacks: Record<string, () => string> = {
    'both lengths': () =>
      lines(...head(), 'Content-Length: 6', 'Transfer-Encoding: chunked', '', '0', '', smuggled(jid)),
    'both lengths, the other way round': () =>
      lines(...head(), 'Transfer-Encoding: chunked', 'Content-Length: 6', '', '0', '', smuggled(jid)),
    'two lengths': () =>
      lines(...head(), 'Content-Length: 0', `Content-Length: ${smuggled(jid).length}`, '', smuggled(jid)),
    'the same length twice': () => lines(...head(), 'Content-Length: 2', 'Content-Length: 2', '', `{}${smuggled(jid)}`),
    'a list of lengths': () => lines(...head(), 'Content-Length: 2, 2', '', `{}${smuggled(jid)}`),
    'a length with a sign': () => lines(...head(), 'Content-Length: +2', '', `{}${smuggled(jid)}`),
    'a length in hexadecimal': () => lines(...head(), 'Content-Length: 0x2', '', `{}${smuggled(jid)}`),
    'chunked twice': () => lines(...head(), 'Transfer-Encoding: chunked, chunked', '', '0', '', smuggled(jid)),
    'chunked by another name': () => lines(...head(), 'Transfer-Encoding: xchunked', '', '0', '', smuggled(jid)),
    'a bare line feed': () => `${head().join('\n')}\nContent-Length: 0\n\n${smuggled(jid)}`,
    'a bare line feed behind one header': () => lines(...head(), 'Content-Length: 0\nX-More: 1', '', smuggled(jid)),
    'a bare carriage return': () => lines(...head(), `X-More: 1\rContent-Length: 0`, '', smuggled(jid)),
    'a folded header': () => lines(...head(), 'X-More: 1', ' Content-Length: 0', '', smuggled(jid)),
    'a folded length': () => lines(...head(), 'Content-Length:', ' 0', '', smuggled(jid)),
    'a space before the colon': () => lines(...head(), 'Content-Length : 0', '', smuggled(jid)),
    'NUL in a header': () => lines(...head(), 'X-More: a\0b', 'Content-Length: 0', '', smuggled(jid)),
    'a chunk size that overflows': () =>
      lines(...head(), 'Transfer-Encoding: chunked', '', 'fffffffffffffffff', '', smuggled(jid)),
    'two Hosts': () => lines('GET /api/session HTTP/1.1', own(), 'Host: evil.example', bearer(), '', ''),
    'two Hosts, the foreign one first': () =>
      lines('GET /api/session HTTP/1.1', 'Host: evil.example', own(), bearer(), '', ''),
    'two Hosts, written differently': () =>
      lines('GET /api/session HTTP/1.1', own(), own().replace('Host', 'hOST'), bearer(), '', ''),
    'no Host': () => lines('GET /api/session HTTP/1.1', bearer(), '', ''),
  }
  test.each(Object.keys(attacks))('%s: is refused as a whole', async (name) => {
    const answer = await exchange(to(), attacks[name]?.() ?? '')
    expect(answer.statuses.length).toBeLessThanOrEqual(1)
    for (const status of answer.statuses) expect(status).toBeGreaterThanOrEqual(400)
    expect(answer.closed, answer.text).toBe(true)
    expect(await chats()).not.toContain(jid)
  })

  test('the same two requests, written as they should be, are both done', async () => {
    const good = '15550009002@s.whatsapp.net'
    const answer = await exchange(to(), lines(...head(), 'Content-Length: 2', '', `{}${smuggled(good)}`))
    expect(answer.statuses).toEqual([200, 201])
    expect(await chats()).toContain(good)
  })
})

describe('a request that is too much', () => {
  const attacks: Record<string, () => string> = {
    'a header of 20 kB': () => lines('GET /health HTTP/1.1', own(), `X-Long: ${'a'.repeat(20_000)}`, '', ''),
    '1,500 headers': () =>
      lines('GET /health HTTP/1.1', own(), ...Array.from({ length: 1500 }, (_, n) => `X-Many-${n}: ${n}`), '', ''),
    'an address of 100 kB': () => lines(`GET /${'a'.repeat(100_000)} HTTP/1.1`, own(), '', ''),
    'a cookie of 30 kB': () => lines('GET /api/session HTTP/1.1', own(), `Cookie: ${'a=1; '.repeat(6000)}`, '', ''),
    'huge chunk extensions': () =>
      lines(
        'POST /auth HTTP/1.1',
        own(),
        'Transfer-Encoding: chunked',
        '',
        ...Array.from({ length: 40 }, () => `1;${'x'.repeat(1000)}=1\r\na`),
        '0',
        '',
        '',
      ),
    'trailers without an end': () =>
      lines(
        'POST /auth HTTP/1.1',
        own(),
        'Transfer-Encoding: chunked',
        '',
        '0',
        `X-Long: ${'a'.repeat(40_000)}`,
        '',
        '',
      ),
  }
  test.each(Object.keys(attacks))('%s', async (name) => {
    const answer = await exchange(to(), attacks[name]?.() ?? '')
    expect(answer.closed).toBe(true)
    for (const status of answer.statuses) expect([400, 401, 413, 431]).toContain(status)
    expect(await host.alive()).toBe(true)
  })
})

describe('a method or protocol that the program does not speak', () => {
  const ask = (start: string, ...headers: string[]) => exchange(to(), lines(start, own(), bearer(), ...headers, '', ''))
  test('CONNECT opens no tunnel', async () => {
    const victim = `127.0.0.1:${host.port}`
    const answer = await exchange(
      to(),
      lines(`CONNECT ${victim} HTTP/1.1`, `Host: ${victim}`, bearer(), '', '') + smuggled('15550009003@lid'),
    )
    expect(answer.statuses.every((status) => status >= 400)).toBe(true)
    expect(await chats()).not.toContain('15550009003')
  })
  test('TRACE repeats no header', async () => {
    const answer = await ask('TRACE /api/session HTTP/1.1', 'X-Mine: repeat-me')
    expect(answer.text).not.toContain('repeat-me')
    expect(answer.text).not.toContain(host.token)
    expect(answer.statuses.every((status) => status >= 400)).toBe(true)
  })
  test('HEAD is answered without a body, and does nothing', async () => {
    for (const path of ['/', '/health', '/api/session']) {
      const answer = await ask(`HEAD ${path} HTTP/1.1`, 'Connection: close')
      expect(answer.statuses).toHaveLength(1)
      expect(answer.text.split('\r\n\r\n', 2)[1]).toBe('')
    }
  })
  test('HTTP/2 without TLS is not spoken, neither by upgrade nor at once', async () => {
    const upgrade = await ask(
      'GET /api/session HTTP/1.1',
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
    )
    expect(upgrade.text).not.toContain('101')
    expect(upgrade.statuses.every((status) => status >= 400)).toBe(true)
    const preface = await exchange(to(), 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0')
    expect(preface.closed).toBe(true)
    expect(preface.statuses.every((status) => status >= 400)).toBe(true)
  })
  test.each([
    'http://evil.example/api/session',
    'https://127.0.0.1/api/session',
    '*',
    'api/session',
    'evil.example:80',
  ])('the address %s', async (address) => {
    const answer = await ask(`GET ${address} HTTP/1.1`)
    expect(answer.statuses).toEqual([400])
  })
})
