import type { Rectangle } from 'electron'

export interface WindowBounds extends Rectangle {
  maximized: boolean
}
export const DEFAULT_SIZE = { width: 1100, height: 760 }
export const MINIMUM_SIZE = { width: 720, height: 520 }

/**
 * Where the window may open: the remembered place if enough of its title bar lies on a screen that still exists, else the
 * default size, centred by the window system.
 * @param screens work areas of the displays that are there now
 */
export function restoredBounds(
  remembered: WindowBounds | null,
  screens: readonly Rectangle[],
): Partial<Rectangle> & { width: number; height: number } {
  if (!remembered) return DEFAULT_SIZE
  const width = Math.max(MINIMUM_SIZE.width, Math.round(remembered.width))
  const height = Math.max(MINIMUM_SIZE.height, Math.round(remembered.height))
  const reachable = screens.some((screen) => {
    const right = Math.min(remembered.x + width, screen.x + screen.width)
    const visibleWidth = right - Math.max(remembered.x, screen.x)
    const titleBarOnScreen = remembered.y >= screen.y - 8 && remembered.y <= screen.y + screen.height - 32
    return visibleWidth >= 120 && titleBarOnScreen
  })
  return reachable ? { x: Math.round(remembered.x), y: Math.round(remembered.y), width, height } : { width, height }
}
