import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createPageFiles } from './page-files.ts'

const outside = mkdtempSync(join(tmpdir(), 'whatslang-page-'))
const folder = join(outside, 'renderer')
mkdirSync(join(folder, 'assets'), { recursive: true })
writeFileSync(join(folder, 'index.html'), '<script nonce="__CSP_NONCE__" src="./assets/a.js"></script>')
writeFileSync(join(folder, 'assets/a.js'), 'run()')
writeFileSync(join(outside, 'secret.txt'), 'secret')
symlinkSync(join(outside, 'secret.txt'), join(folder, 'link.txt'))
const page = createPageFiles(folder)

test('the index carries a nonce that is fresh at each load, in itself and in its policy', async () => {
  const [first, second] = [await page('/', true), await page('/chats/1', true)]
  if (first.kind !== 'index' || second.kind !== 'index') throw new Error('no index')
  const nonce = /nonce="([^"]+)"/.exec(first.html)?.[1] ?? ''
  expect(nonce.length).toBeGreaterThan(20)
  expect(first.headers['content-security-policy']).toContain(`script-src 'self' 'nonce-${nonce}'`)
  expect(first.html).toContain('src="/assets/a.js"')
  expect(second.html).not.toContain(nonce)
})

test('its files are named with their types, and only what carries a hash is kept for good', async () => {
  expect(await page('/assets/a.js', false)).toMatchObject({
    kind: 'file',
    bytes: 5,
    headers: {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': expect.stringContaining('immutable'),
    },
  })
})

test.each(['/../secret.txt', '/link.txt', '/assets/b.js', '/assets/', '/a\0.js', '/nothing.png'])(
  '%s is not there',
  async (path) => {
    expect(await page(path, false)).toEqual({ kind: 'missing' })
  },
)

test('a page that was never built is told from a missing file', async () => {
  expect(await createPageFiles(join(outside, 'nowhere'))('/', true)).toEqual({ kind: 'not-built' })
})
