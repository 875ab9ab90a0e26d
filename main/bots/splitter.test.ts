import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MESSAGE_LIMIT, split } from './splitter.ts'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const bare = (part: string) => part.replace(/^\[[^\]]*\] (?:\d+\/\d+ )?/, '')
const solid = (text: string) => text.replace(/\s/g, '')
const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(' ', '. ', '\n', '👩‍👩‍👧‍👦', 'é', '🇧🇷', '? ', '…'),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
    ),
  )
  .map((parts) => parts.join(''))

describe('split', () => {
  it('loses nothing but white space, and keeps to the limit', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 60, max: 200 }), (text, limit) => {
        const parts = split(text, 'ai', limit)
        expect(solid(parts.map(bare).join(''))).toBe(solid(text))
        for (const [index, part] of parts.entries()) {
          expect(part.length).toBeLessThanOrEqual(limit)
          expect(part.startsWith(parts.length === 1 ? '[ai] ' : `[ai] ${index + 1}/${parts.length} `)).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('never cuts inside a grapheme', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('👩‍👩‍👧‍👦', '🇧🇷', 'é', 'x', '👍🏽'), { minLength: 1, maxLength: 200 }),
        (units) => {
          const text = units.join('')
          const whole = [...graphemes.segment(text)].map(({ segment }) => segment)
          const cut = split(text, 'ai', 60).flatMap((part) =>
            [...graphemes.segment(bare(part))].map(({ segment }) => segment),
          )
          expect(cut).toEqual(whole)
        },
      ),
    )
  })

  it('cuts at the end of a sentence, else at a space', () => {
    const sentence = `${'word '.repeat(11)}end. `
    expect(split(sentence.repeat(4), 'ai', 100).map((part) => part.endsWith('end.'))).toEqual([true, true, true, true])
    for (const part of split('word '.repeat(100), 'ai', 100)) expect(part.endsWith('word')).toBe(true)
  })

  it('sends one message of up to 4095 characters, and two beyond', () => {
    const fits = 'x'.repeat(MESSAGE_LIMIT - '[ai] '.length)
    expect(split(fits, 'ai')).toEqual([`[ai] ${fits}`])
    expect(split(`${fits}x`, 'ai')).toHaveLength(2)
    expect(split(' \n ', 'ai')).toEqual([])
  })

  it('takes a megabyte in reasonable time', () => {
    const start = performance.now()
    expect(split('a word. '.repeat(130_000), 'ai').length).toBeGreaterThan(250)
    expect(performance.now() - start).toBeLessThan(3000)
  })
})
