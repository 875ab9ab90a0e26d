// Addresses and ids that would be paths: of the page's files, of the interface for scripts, of backups.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../../build/bundle.ts'
import { proceduresOfContract } from '../fuzz/procedures.ts'
import { createRest } from '../fuzz/rest.ts'
import { type AttackedHeadless, attackedHeadless } from './attacked.ts'
import { exchange, lines } from './raw-http.ts'
import { BAIT, NO_IDS } from './sandbox.ts'

let host: AttackedHeadless
let outside: string[]
beforeAll(async () => {
  await bundle()
  host = await attackedHeadless()
  outside = host.sandbox.outside()
})
afterAll(() => host?.close())

const to = () => ({ host: '127.0.0.1', port: host.port })
const own = () => `Host: 127.0.0.1:${host.port}`
const bearer = () => `Authorization: ${host.authorization}`

describe('an address of a file', () => {
  test.each([
    '/..%2fbait.txt',
    '/..%2f..%2fpackage.json',
    '/../../package.json',
    '/../main/cli.js',
    '/%2e%2e/main/cli.js',
    '/%2e%2e%2fmain%2fcli.js',
    '/.%2e/main/cli.js',
    '/assets/..%2f..%2fmain/cli.js',
    '/assets/../../main/cli.js',
    '/..%5cmain%5ccli.js',
    '/..\\main\\cli.js',
    '/assets%2f..%2f..%2fmain%2fcli.js',
    '/index.html%00.js',
    '/%00',
    '//etc/passwd',
    '///etc/passwd',
    '/etc/passwd',
    '/%2fetc%2fpasswd',
    '/..%c0%af..%c0%afetc/passwd',
    '/..%252f..%252fetc/passwd',
    '/C:/Windows/win.ini',
    '/.%00./main/cli.js',
    '/assets/',
    '/.',
  ])('%s gives nothing but the page', async (path) => {
    const answer = await exchange(to(), lines(`GET ${path} HTTP/1.1`, own(), 'Connection: close', '', ''))
    expect(answer.statuses).toHaveLength(1)
    expect(answer.statuses[0]).toBeLessThan(500)
    expect(answer.text).not.toContain(BAIT)
    expect(answer.text).not.toMatch(/root:[^:]*:0:0:|createRequire|"name": "whatslang"|\[fonts\]/)
    if (answer.statuses[0] === 200) expect(answer.text).toContain('<div id="root"')
  })
  test.each([
    '/./api/host',
    '/x/../api/host',
    '//api/host',
    '/%61pi/host',
    '/api/../api/host',
    '/API/host',
    '/api%2fhost',
    '/api/./host',
  ])('%s is no way around the token or the check of the page', async (path) => {
    const plain = await exchange(to(), lines(`GET ${path} HTTP/1.1`, own(), 'Connection: close', '', ''))
    expect(plain.text).not.toContain('data_directory')
    const crossSite = lines(
      `GET ${path} HTTP/1.1`,
      own(),
      bearer(),
      'Sec-Fetch-Site: cross-site',
      'Sec-Fetch-Mode: navigate',
      'Connection: close',
      '',
      '',
    )
    expect((await exchange(to(), crossSite)).text).not.toContain('data_directory')
  })
})

test.each(['PUT //[x/..', 'PUT //[', 'GET /%', 'POST /api/%ff', 'DELETE ///..', 'PATCH /api//[/..'])(
  '%s is refused and is no error of ours',
  async (start) => {
    const answer = await exchange(to(), lines(`${start} HTTP/1.1`, own(), bearer(), 'Content-Length: 2', '', '{}'))
    expect(answer.statuses).toHaveLength(1)
    expect(answer.statuses[0]).toBeGreaterThanOrEqual(400)
    expect(answer.statuses[0]).toBeLessThan(500)
  },
)

test('every procedure of the contract wants the token, but for the health check', async () => {
  const stranger = createRest({ url: host.url, headers: {} })
  const open: string[] = []
  for (const procedure of proceduresOfContract()) {
    const { status } = await stranger.call(procedure, { jid: '1@lid', bot: 'echo', name: 'x', id: '1', upload: 'x' })
    if (status !== 401) open.push(`${procedure.name} ${status}`)
  }
  stranger.close()
  expect(open).toEqual(['health.live 200'])
})

test('the id of a backup in an address is no path', async () => {
  const before = host.sandbox.inside()
  const json = { 'content-type': 'application/json' }
  for (const id of NO_IDS) {
    for (const written of [encodeURIComponent(id), id.replaceAll(/[^\x21-\x7e]/g, '')]) {
      const answers = [
        await host.rest.send('GET', `/api/backups/${written}/file`),
        await host.rest.send('POST', `/api/backups/${written}/verify`, '{}', json),
        await host.rest.send('PUT', `/api/backups/${written}/pin`, '{"pinned":true}', json),
        await host.rest.send('DELETE', `/api/backups/${written}`),
      ]
      for (const { status, body } of answers) {
        expect(status, written).toBeLessThan(500)
        if (status < 400) expect(body, written).toEqual({ removed: false })
      }
    }
  }
  expect(host.sandbox.inside()).toEqual(before)
  expect(host.sandbox.outside()).toEqual(outside)
})
