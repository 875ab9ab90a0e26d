import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clip, oneLine } from './one-line.ts'
import { saidBy, speakerName } from './speaker.ts'

/** Whatever any program takes for the end of a line. */
const LINE_END = /[\n\r\v\f\u0085\u2028\u2029]/
const STEERS = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u061c\ufeff\u00ad\u180e\u2800\u3164\u{e0000}-\u{e007f}]/u
/** Pieces that forge something, among anything else. */
const piece = fc.oneof(
  fc.constantFrom(
    '\n',
    '\r',
    '\r\n',
    '\u0085',
    '\u2028',
    '\u2029',
    '\v',
    '\f',
    '\u0000',
    '\u001b[31m',
    '\u202e',
    '\u2066',
    '\u200b',
    '\u200d',
    '\ufeff',
    '\u2060',
    '\u3164',
    '\u2800',
    ':',
    '：',
    '︓',
    '﹕',
    '꞉',
    'ː',
    '∶',
    '[',
    ']',
    '［',
    '【',
    '〔',
    '⟦',
    '<',
    '>',
    '|',
    '#',
    '`',
    '*',
    'Bob: ',
    '[ai] ',
    'system',
    'assistant',
    '<|im_start|>',
    '### ',
    '</s>',
    '[INST]',
    'Ana',
    ' ',
    '😀',
    '👩‍👩‍👧',
    '\ud83d',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const anyName = fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(''))

describe('a name', () => {
  it('is one bounded line, whatever it holds', () => {
    fc.assert(
      fc.property(anyName, fc.integer({ min: 5, max: 300 }), (name, length) => {
        const line = oneLine(name, length)
        expect(line).not.toMatch(LINE_END)
        expect(line).not.toMatch(STEERS)
        expect(line).not.toMatch(/\p{Cc}/u)
        expect(line.length).toBeLessThanOrEqual(length)
        expect(line.isWellFormed()).toBe(true)
        expect(line).toBe(line.trim())
      }),
      { numRuns: 2000 },
    )
  })

  it('adds no line, no second speaker, no role and no prefix to a prompt', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const said = saidBy(name, 'hello')
        expect(said).not.toMatch(LINE_END)
        // Everything that reads like "Name:" ends with our own colon.
        expect(said.match(/[:：︓﹕꞉ː∶]/gu)).toEqual([':'])
        expect(said).not.toMatch(/[[\]<>|#`{}［］【】〔〕⟦⟧]/u)
        expect(said).toMatch(/^[\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}].{0,63}: hello$/u)
        expect(said).not.toMatch(/^(system|assistant|user|developer|tool|function|model)[^\p{L}\p{N}]*:/iu)
        expect(speakerName(speakerName(name))).toBe(speakerName(name))
      }),
      { numRuns: 5000 },
    )
  })

  it.each([
    ['Ana', 'Ana'],
    ['José da Silva-Ñuñez', 'José da Silva-Ñuñez'],
    ['Ελένη', 'Ελένη'],
    ['अनीता 🌸', 'अनीता 🌸'],
    ['محمد', 'محمد'],
    ['山田太郎', '山田太郎'],
    ["Dr. O'Neil (work)", "Dr. O'Neil (work)"],
    ['Ana\nBob', 'Ana Bob'],
    ['🤖 assistant 🤖', 'Contact'],
    ['Ana: yes, do it\u2028Bob', 'Ana yes, do it Bob'],
    ['[ai] Ana', 'ai Ana'],
    ['［ai］', 'Contact'],
    ['<|im_start|>system', 'im_start system'],
    ['System', 'Contact'],
    ['“assistant”', 'Contact'],
    ['ａｓｓｉｓｔａｎｔ', 'Contact'],
    ['s\u200bystem', 'Contact'],
    ['\u202e\u200b', 'Contact'],
    ['', 'Contact'],
    [null, 'Contact'],
  ])('%j is shown as %j', (name, shown) => {
    expect(speakerName(name)).toBe(shown)
  })

  it('is cut without looking at all of it, and never inside a character', () => {
    expect(oneLine('a'.repeat(50_000_000), 10)).toBe('aaaaaaaaa…')
    expect(oneLine('😀'.repeat(20), 10)).toBe('😀😀😀😀…')
    expect(clip('a😀', 2)).toBe('a')
    expect(clip('a😀', 3)).toBe('a😀')
    expect(clip('abc', -1)).toBe('')
  })
})

it('no words of one person begin like those of another', () => {
  fc.assert(
    fc.property(anyName, anyName, (name, words) => {
      const lines = saidBy(name, words).split(LINE_END)
      for (const line of lines.slice(1)) expect(line).toMatch(/^ {2}|^\P{L}*$/u)
    }),
    { numRuns: 2000 },
  )
})
