import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type { Chat, ChatPage } from '../../../preload/contract/chats.ts'
import { asChatFilter, type FilterSearch } from '../../app/addresses.ts'
import { useApi, useProgram } from '../../client/program.tsx'

export const CHATS_PER_PAGE = 32

const none: Chat[] = []
const chatsOf = (results: { data: ChatPage | undefined }[]) => results.map((result) => result.data?.chats)

const headOf = (search: FilterSearch) => ({ ...asChatFilter(search), offset: 0, limit: CHATS_PER_PAGE })

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
        input: { ...wanted, offset: page * CHATS_PER_PAGE, limit: CHATS_PER_PAGE },
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
    return (index: number): Chat | undefined => found.get(Math.floor(index / CHATS_PER_PAGE))?.[index % CHATS_PER_PAGE]
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
