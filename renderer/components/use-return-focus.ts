import { useEffect, useState } from 'react'

/** For a dialog that is there only while it is open: gives the focus back to what opened it. Mantine does so for one that was there before. */
export function useReturnFocus(): void {
  const [opener] = useState(() => document.activeElement)
  useEffect(() => () => returnFocus(opener), [opener])
}

export function returnFocus(to: Element | null): void {
  if (to instanceof HTMLElement && to.isConnected) to.focus({ preventScroll: true })
}
