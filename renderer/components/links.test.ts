import { expect, test } from 'vitest'
import { findLinks } from './links.ts'

const hrefs = (text: string) => findLinks(text).flatMap((part) => (typeof part === 'string' ? [] : [part.href]))

test('addresses are found, without the sentence around them', () => {
  expect(findLinks('See https://example.org/a?b=c, and (http://example.com/x_(y)).')).toEqual([
    'See ',
    { text: 'https://example.org/a?b=c', href: 'https://example.org/a?b=c' },
    ', and (',
    { text: 'http://example.com/x_(y)', href: 'http://example.com/x_(y)' },
    ').',
  ])
  expect(findLinks('no address here')).toEqual(['no address here'])
  expect(findLinks('')).toEqual([''])
})

test('only http and https, and nothing that carries a name or a password', () => {
  for (const text of [
    'javascript:alert(1)',
    'data:text/html,<b>x</b>',
    'file:///etc/passwd',
    'https://bank.example@evil.example/',
    'https://user:secret@example.org/',
    'https://',
    'example.org',
    'app://whatslang/',
  ])
    expect(hrefs(text), text).toEqual([])
})

test('an address ends where markup could begin, and look-alike letters are written as on the wire', () => {
  expect(hrefs('https://example.org/"onmouseover="x')).toEqual(['https://example.org/'])
  expect(hrefs('https://example.org/<script>')).toEqual(['https://example.org/'])
  expect(hrefs('https://gіthub.com/')[0]).toContain('https://xn--')
})

test('nothing of the text is lost, however many there are', () => {
  const text = 'https://example.org/ '.repeat(500)
  expect(
    findLinks(text)
      .map((part) => (typeof part === 'string' ? part : part.text))
      .join(''),
  ).toBe(text)
  expect(hrefs(text)).toHaveLength(200)
})
