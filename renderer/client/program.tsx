import { onlineManager, type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useSyncExternalStore } from 'react'
import type { ChangeEvent } from '../../preload/contract/host.ts'
import { type Client, createClient } from './client.ts'
import type { Connection, ConnectionState } from './connection.ts'
import { createLive, type Live } from './live.ts'
import { type Api, createApi, createQueries } from './queries.ts'

/** What every component may ask of the program behind the page. */
export interface Program {
  client: Client
  api: Api
  connection: Connection
  queries: QueryClient
  live: Live
}

export function createProgram(): Program {
  const { client, connection } = createClient()
  const api = createApi(client)
  const queries = createQueries()
  const follow = () => onlineManager.setOnline(connection.get() === 'online' || connection.get() === 'connecting')
  connection.subscribe(follow)
  follow()
  return { client, api, connection, queries, live: createLive({ client, api, queries, connection }) }
}

const ProgramContext = createContext<Program | null>(null)

export function ProgramProvider({ program, children }: { program: Program; children: ReactNode }) {
  return (
    <ProgramContext value={program}>
      <QueryClientProvider client={program.queries}>{children}</QueryClientProvider>
    </ProgramContext>
  )
}

export function useProgram(): Program {
  const program = useContext(ProgramContext)
  if (!program) throw new Error('useProgram needs a ProgramProvider above it.')
  return program
}
export const useApi = (): Api => useProgram().api

export function useConnection(): ConnectionState {
  const { connection } = useProgram()
  return useSyncExternalStore(connection.subscribe, connection.get)
}

/** Hears each change as it is told. `listener` must keep its identity between renders. */
export function useLive(listener: (event: ChangeEvent) => void): void {
  const { live } = useProgram()
  useEffect(() => live.listen(listener), [live, listener])
}
