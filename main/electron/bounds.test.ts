import { describe, expect, test } from 'vitest'
import { DEFAULT_SIZE, restoredBounds } from './bounds.ts'

const laptop = { x: 0, y: 0, width: 1440, height: 860 }
const second = { x: 1440, y: 0, width: 1920, height: 1080 }

describe('where the window opens', () => {
  test('the default size at first', () => {
    expect(restoredBounds(null, [laptop])).toEqual(DEFAULT_SIZE)
  })
  test('where it was, on a screen that still exists', () => {
    const bounds = { x: 1600, y: 60, width: 1000, height: 700, maximized: false }
    expect(restoredBounds(bounds, [laptop, second])).toEqual({ x: 1600, y: 60, width: 1000, height: 700 })
  })
  test('with its size only, where the screen is gone', () => {
    const bounds = { x: 1600, y: 60, width: 1000, height: 700, maximized: false }
    expect(restoredBounds(bounds, [laptop])).toEqual({ width: 1000, height: 700 })
  })
  test('never with its title bar out of reach', () => {
    for (const y of [-200, 850]) {
      expect(restoredBounds({ x: 10, y, width: 1000, height: 700, maximized: false }, [laptop])).not.toHaveProperty('y')
    }
  })
  test('never smaller than can be used', () => {
    expect(restoredBounds({ x: 0, y: 0, width: 10, height: 10, maximized: false }, [laptop])).toMatchObject({
      width: 720,
      height: 520,
    })
  })
})
