import { act, renderHook } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'
import { usePanel } from './use-panel.ts'

let width = 1280
const listeners = new Set<(event: { matches: boolean }) => void>()
const narrow = () => width < 1100
function resize(to: number) {
  width = to
  act(() => {
    for (const tell of listeners) tell({ matches: narrow() })
  })
}
beforeEach(() => {
  width = 1280
  listeners.clear()
  localStorage.clear()
  vi.spyOn(window, 'matchMedia').mockImplementation(
    (media) =>
      ({
        media,
        matches: narrow(),
        addEventListener: (_type: string, tell: () => void) => listeners.add(tell),
        removeEventListener: (_type: string, tell: () => void) => listeners.delete(tell),
      }) as unknown as MediaQueryList,
  )
})

test('a window that becomes narrow folds the panel and keeps it, so that what is open in it comes back', () => {
  const { result } = renderHook(usePanel)
  expect(result.current).toMatchObject({ panel: true, kept: true })
  resize(900)
  expect(result.current).toMatchObject({ panel: false, kept: true })
  act(() => result.current.setPanel(true))
  expect(result.current).toMatchObject({ panel: true, kept: true })
  act(() => result.current.setPanel(false))
  resize(1280)
  expect(result.current).toMatchObject({ panel: true, kept: true })
})

test('a chat that was opened narrow has no panel until somebody asks for it, and a folded one is gone', () => {
  width = 900
  const { result } = renderHook(usePanel)
  expect(result.current).toMatchObject({ panel: false, kept: false })
  act(() => result.current.setPanel(true))
  expect(result.current).toMatchObject({ panel: true, kept: true })
  act(() => result.current.setPanel(false))
  resize(1280)
  act(() => result.current.setPanel(false))
  expect(result.current).toMatchObject({ panel: false, kept: false })
})
