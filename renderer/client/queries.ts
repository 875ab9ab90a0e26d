import { createTanstackQueryUtils } from '@orpc/tanstack-query'
import { QueryClient } from '@tanstack/react-query'
import type { Client } from './client.ts'

export const createApi = (client: Client) => createTanstackQueryUtils(client)
export type Api = ReturnType<typeof createApi>

export const createQueries = () =>
  new QueryClient({
    defaultOptions: {
      // Changes are pushed, so nothing here grows old by itself.
      queries: { staleTime: Number.POSITIVE_INFINITY, gcTime: 120_000, retry: false, refetchOnWindowFocus: false },
      mutations: { networkMode: 'always', retry: false },
    },
  })
