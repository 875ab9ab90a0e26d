import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { printable, printableJson } from '../config/printable.ts'
import { createTerminal, echoLog } from './terminal.ts'

let out: string
let err: string
beforeEach(() => {
  out = ''
  err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += String(chunk)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    err += String(chunk)
    return true
  })
})
afterEach(() => vi.restoreAllMocks())

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => String.fromCharCode(from + index))
/** Everything that can move the cursor, end a line, or turn the order of what is read. */
const CONTROLS = [...range(0, 0x1f), ...range(0x7f, 0x9f), ...range(0x2028, 0x202e), ...range(0x2066, 0x2069)]
const HARMFUL = new RegExp(`[${CONTROLS.filter((character) => character !== '\n').join('')}]`, 'u')
const ATTACKS = [
  '\x1b[2J\x1b[H', // clears the screen
  '\x1b]0;owned\x07', // sets the title
  '\x1b]52;c;ZWNobyBvd25lZA==\x07', // sets the clipboard
  '\x9b31m', // the same by C1
  'Ana\nerror   The database is lost.', // forges a line
  'Ana\r\x1b[Kverified',
  'invoice\u202Efdp.exe',
  '\u2066\u2067x\u2069',
  'a\u2028b\u2029c\u0085d',
  'del\x7f\b\b\b',
]

describe('what is printed', () => {
  test.each(ATTACKS)('shows %j as text', (name) => {
    const terminal = createTerminal(false)
    terminal.result({ name }, [`first ${name}`, 'second'])
    terminal.note(`note ${name}`)
    terminal.failure({ code: 'x', message: `failed ${name}`, exit_code: 1 })
    for (const text of [out, err]) {
      expect(text).not.toMatch(HARMFUL)
      expect(text.split('\n').length - 1).toBe(2)
    }
  })

  test.each(ATTACKS)('keeps %j in JSON, escaped', (name) => {
    const terminal = createTerminal(true)
    terminal.result({ name, [name]: 1 }, name)
    expect(out).not.toMatch(HARMFUL)
    expect(JSON.parse(out)).toEqual({ name, [name]: 1 })
    out = ''
    terminal.failure({ code: 'x', message: name, exit_code: 1 })
    expect(out).not.toMatch(HARMFUL)
    expect(JSON.parse(out)).toEqual({ error: { code: 'x', message: name, exit_code: 1 } })
  })

  test.each(ATTACKS)('shows %j of a log line as text, on a terminal and elsewhere', (name) => {
    for (const tty of [true, false]) {
      vi.spyOn(process, 'stderr', 'get').mockReturnValue(Object.assign(Object.create(process.stderr), { isTTY: tty }))
      echoLog(`${JSON.stringify({ level: 50, msg: name, chat: name })}\n`)
    }
    expect(err).not.toMatch(HARMFUL)
    const [onTerminal = '', elsewhere = '', end] = err.split('\n')
    expect(end).toBe('')
    expect(onTerminal).toBe(`error: ${printable(name)}`)
    expect(JSON.parse(elsewhere)).toMatchObject({ msg: name, chat: name })
  })

  test('leaves letters of every script, emoji and names of right-to-left scripts as they are', () => {
    const text = 'Ünïcödé 馬 שלום مرحبا 👩‍👩‍👧 C:\\Users\\Ana'
    expect(printable(text)).toBe(text)
    expect(printableJson(JSON.stringify({ text }))).toBe(JSON.stringify({ text }))
  })

  test('every control character is one', () => {
    for (const character of CONTROLS) {
      expect(printable(`a${character}b`)).toMatch(/^a\\(u[0-9a-f]{4}|[nrt])b$/)
      expect(JSON.parse(printableJson(JSON.stringify(character)))).toBe(character)
    }
  })
})

test('nothing else in the program prints', () => {
  const root = join(import.meta.dirname, '../..')
  const files = globSync('main/**/*.ts', { cwd: root }).filter((file) => !/\.test(-kit)?\.ts$/.test(file))
  expect(files.length).toBeGreaterThan(100)
  const printing = files.filter((file) => {
    const code = readFileSync(join(root, file), 'utf8')
    return /process\.std(out|err)\b|\bconsole\.\w+\(|from '(node:)?console'|createWriteStream\('\/dev/.test(code)
  })
  expect(printing).toEqual([join('main', 'cli', 'terminal.ts')])
})
