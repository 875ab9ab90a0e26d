import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type { Chat } from '../../../preload/contract/chats.ts'
import { asChatFilter, type FilterSearch } from '../../app/addresses.ts'
import { useApi, useProgram } from '../../client/program.tsx'

export const CHATS_PER_PAGE = 32

const none: Chat[] = []
const dataOf = (results: { data: Chat[] | undefined }[]) => results.map((result) => result.data)

const headOf = (search: FilterSearch) => ({ ...asChatFilter(search), offset: 0, limit: CHATS_PER_PAGE })

/** Asks for what another filter will show before the address changes, which takes its time. */
export function useAskAhead(): (search: FilterSearch) => void {
  const { api, queries } = useProgram()
  return useCallback(
    (search) => {
      // The count first: it is there when the list comes, and all is drawn at once.
      void queries.prefetchQuery(api.chats.count.queryOptions({ input: asChatFilter(search) }))
      void queries.prefetchQuery(api.chats.list.queryOptions({ input: headOf(search) }))
    },
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
  const count = useQuery(api.chats.count.queryOptions({ input: wanted, placeholderData: keepPreviousData }))
  const head = useQuery(api.chats.list.queryOptions({ input: headOf(search), placeholderData: keepPreviousData }))
  const settled = !head.isPlaceholderData && !count.isPlaceholderData
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
    combine: dataOf,
  })
  const total = count.data?.total ?? 0
  const rows = useMemo(() => {
    const found = new Map<number, Chat[]>()
    if (head.data) found.set(0, head.data)
    numbers.forEach((page, index) => {
      const data = pages[index]
      if (data) found.set(page, data)
    })
    return (index: number): Chat | undefined => found.get(Math.floor(index / CHATS_PER_PAGE))?.[index % CHATS_PER_PAGE]
  }, [head.data, pages, numbers])
  return {
    total,
    rows,
    head: head.data ?? none,
    waiting: head.isPending || count.isPending,
    error: head.error ?? count.error,
    retry: () => void Promise.all([head.refetch(), count.refetch()]),
    /** What is shown answers the question that stands in the address. */
    settled: settled && !head.isPending && !count.isPending,
  }
}
