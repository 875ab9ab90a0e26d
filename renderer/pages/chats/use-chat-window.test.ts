import fc from 'fast-check'
import { expect, it } from 'vitest'
import { endOf, pageOf } from './use-chat-window.ts'

it('every chat of the list is on one page, and pages follow each other', () => {
  fc.assert(
    fc.property(fc.nat(60_000), (index) => {
      const page = pageOf(index)
      expect(page === 0 ? 0 : endOf(page - 1)).toBeLessThanOrEqual(index)
      expect(endOf(page)).toBeGreaterThan(index)
      expect(pageOf(endOf(page))).toBe(page + 1)
    }),
  )
})
