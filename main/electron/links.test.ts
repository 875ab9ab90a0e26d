import { describe, expect, test, vi } from 'vitest'
import { createLinks } from './links.ts'
import { en } from './texts/en.ts'

function setUp(answer = 0) {
  const openExternal = vi.fn(async () => undefined)
  const trusted: string[] = ['github.com']
  const asked: string[] = []
  const links = createLinks({
    shell: { openExternal },
    dialog: {
      showMessageBox: (async (options: { detail?: string }) => {
        asked.push(options.detail ?? '')
        return { response: answer, checkboxChecked: false }
      }) as never,
    },
    trustedHosts: () => trusted,
    trustHost: (host) => trusted.push(host),
    texts: () => ({ ...en, linkDetail: (url) => url }),
  })
  return { links, openExternal, trusted, asked }
}

describe('opening a link', () => {
  test.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:text/html,x',
    'smb://server/share',
    'https://user:secret@example.org/',
    'not an address',
  ])('%s is never opened', async (url) => {
    const { links, openExternal } = setUp(1)
    expect(await links.open(url)).toBe(false)
    expect(openExternal).not.toHaveBeenCalled()
  })
  test('a host that the user trusted opens at once', async () => {
    const { links, openExternal, asked } = setUp()
    expect(await links.open('https://github.com/x')).toBe(true)
    expect(asked).toEqual([])
    expect(openExternal).toHaveBeenCalledExactlyOnceWith('https://github.com/x')
  })
  test('trust is for the whole host, not for a part of its name', async () => {
    const { links, asked } = setUp()
    expect(await links.open('https://github.com.evil.example/')).toBe(false)
    expect(asked).toHaveLength(1)
  })
  test('look-alike letters are shown as they are on the wire', async () => {
    const { links, asked } = setUp()
    await links.open('https://gіthub.com/')
    expect(asked[0]).toContain('https://xn--')
  })
  test('one question at a time: a page that asks a hundred times opens one dialog', async () => {
    const { links, openExternal, asked } = setUp()
    await Promise.all(Array.from({ length: 100 }, (_, n) => links.open(`https://example${n}.org/`)))
    expect(asked).toHaveLength(1)
    await links.open('https://example.org/')
    expect(asked).toHaveLength(2)
    expect(openExternal).not.toHaveBeenCalled()
  })
  test('“always” remembers the host', async () => {
    const { links, trusted } = setUp(2)
    expect(await links.open('https://example.org/a')).toBe(true)
    expect(trusted).toContain('example.org')
  })
})
