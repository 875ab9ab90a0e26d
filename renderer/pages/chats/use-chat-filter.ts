import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { type FilterSearch, readFilter } from '../../app/addresses.ts'
import { useAskAhead } from './use-chat-window.ts'

export type FilterPatch = { [K in keyof FilterSearch]?: FilterSearch[K] | undefined }
/** Every chat that is searched for, the newest first. */
export const NO_FILTER = {
  type: undefined,
  activity: undefined,
  bots: undefined,
  sort: undefined,
  order: undefined,
} satisfies FilterPatch

/** How long after the last change the address follows. */
const PAUSE_MS = 250

/**
 * What the list of chats shows. It lives in the address, so that it survives a reload and a bookmark; but the list does not wait for that: a new
 * address takes the browser more than ten milliseconds, for each letter.
 */
export function useChatFilter() {
  const key = JSON.stringify(readFilter({ ...useSearch({ from: '/chats' }) }))
  const navigate = useNavigate()
  const askAhead = useAskAhead()
  const address = useMemo(() => readFilter(JSON.parse(key)), [key])
  /** Chosen here, and not in the address yet. */
  const [ahead, setAhead] = useState<FilterSearch>()
  const onTheirWay = useRef(new Set<string>())
  const filter = ahead ?? address

  useEffect(() => {
    if (ahead === undefined) return
    const timer = setTimeout(() => {
      // Chosen, and taken back within the pause: there is nothing to write.
      if (JSON.stringify(ahead) === key) return setAhead(undefined)
      onTheirWay.current.add(JSON.stringify(ahead))
      void navigate({ to: '.', search: ahead, replace: true })
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [ahead, key, navigate])

  useEffect(() => {
    const own = onTheirWay.current.delete(key)
    // What was written here has arrived, unless more was chosen since; or the way back, or a link, leads to another list.
    setAhead((chosen) => (own && JSON.stringify(chosen) !== key ? chosen : undefined))
  }, [key])

  const latest = useRef(filter)
  latest.current = filter
  const change = useCallback(
    (patch: FilterPatch) => {
      const next = readFilter({ ...latest.current, ...patch })
      latest.current = next
      askAhead(next)
      setAhead(next)
    },
    [askAhead],
  )
  return { filter, change }
}
