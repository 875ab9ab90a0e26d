import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type { Chat, ChatPage } from '../../../preload/contract/chats.ts'
import { asChatFilter, type FilterSearch } from '../../app/addresses.ts'
import { useApi, useProgram } from '../../client/program.tsx'

/** The first page is what a filter's answer waits for; the others come while somebody scrolls, and each of them is work for three frames. */
const FIRST = 32
const OTHERS = 96
export const pageOf = (index: number): number => (index < FIRST ? 0 : 1 + Math.floor((index - FIRST) / OTHERS))
/** The index behind the page's last chat. */
export const endOf = (page: number): number => FIRST + page * OTHERS

const none: Chat[] = []
const chatsOf = (results: { data: ChatPage | undefined }[]) => results.map((result) => result.data?.chats)

const headOf = (search: FilterSearch) => ({ ...asChatFilter(search), offset: 0, limit: FIRST })

/** Asks for what another filter will show before the address changes, which takes its time. */
export function useAskAhead(): (search: FilterSearch) => void {
  const { api, queries } = useProgram()
  return useCallback(
    (search) => void queries.prefetchQuery(api.chats.list.queryOptions({ input: headOf(search) })),
    [api, queries],
  )
}

/**
 * Fifty thousand chats through a window: how many there are, and only the pages that are in sight, by their numbers. The list of an
 * earlier filter stays until the first page of the new one is there, so that nothing jumps or flashes.
 */
export function useChatWindow(search: FilterSearch, from: number, to: number) {
  const api = useApi()
  const wanted = asChatFilter(search)
  const head = useQuery(api.chats.list.queryOptions({ input: headOf(search), placeholderData: keepPreviousData }))
  const settled = !head.isPlaceholderData
  const numbers = useMemo(
    () => Array.from({ length: to - from + 1 }, (_, index) => from + index).filter((page) => page > 0),
    [from, to],
  )
  const pages = useQueries({
    queries: numbers.map((page) =>
      api.chats.list.queryOptions({
        input: { ...wanted, offset: endOf(page - 1), limit: OTHERS },
        enabled: settled,
      }),
    ),
    combine: chatsOf,
  })
  const { total = 0, chats = none } = head.data ?? {}
  const rows = useMemo(() => {
    const found = new Map<number, Chat[]>()
    found.set(0, chats)
    numbers.forEach((page, index) => {
      const more = pages[index]
      if (more) found.set(page, more)
    })
    return (index: number): Chat | undefined => {
      const page = pageOf(index)
      return found.get(page)?.[page === 0 ? index : index - endOf(page - 1)]
    }
  }, [chats, pages, numbers])
  return {
    total,
    rows,
    head: chats,
    waiting: head.isPending,
    error: head.error,
    retry: () => void head.refetch(),
    /** What is shown answers this search, not an earlier one. */
    settled: settled && !head.isPending,
  }
}
