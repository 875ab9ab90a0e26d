import { useHotkeys } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { PAGES } from './rail.tsx'

const ShortcutsDialog = lazy(() => import('./shortcuts-dialog.tsx'))

const writesText = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
const modal = () => document.querySelector('[aria-modal="true"]') !== null

/** `g` and a letter goes to a page, `/` to the page's search, `?` shows all this. */
export function Shortcuts() {
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  const waiting = useRef(0)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || writesText(event.target) || modal()) return
      if (event.key === '?') return setOpen(true)
      if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('[data-page-search]')
        if (search) event.preventDefault()
        return search?.focus()
      }
      if (event.key === 'g') {
        waiting.current = event.timeStamp
        return
      }
      const page = PAGES.find(({ letter }) => letter === event.key)
      if (page && event.timeStamp - waiting.current < 1500) void navigate({ to: page.to })
      waiting.current = 0
    }
    const show = () => setOpen(true)
    window.addEventListener('keydown', onKey)
    window.addEventListener('whatslang:shortcuts', show)
    return () => {
      window.removeEventListener('keydown', onKey)
      window.removeEventListener('whatslang:shortcuts', show)
    }
  }, [navigate])
  useHotkeys([['mod+/', () => setOpen(true)]])
  if (!open) return null
  return (
    <Suspense>
      <ShortcutsDialog onClose={() => setOpen(false)} />
    </Suspense>
  )
}
