import type { IncomingMessage } from 'node:http'
import type { TrustedProxies } from '../config/trusted-proxies.ts'
import { plainAddress } from './address.ts'

/** Where a request comes from, as far as it can be believed. */
export interface Client {
  /** Empty where the connection is gone already. */
  address: string
  /** The trusted proxy before us says that the browser speaks https with it. */
  secure: boolean
}
export type ClientOf = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => Client

/** A longer chain of proxies is not looked at. */
const MAX_HOPS = 32

/**
 * Believes `X-Forwarded-For` and `X-Forwarded-Proto` only from a trusted proxy. The address is then the rightmost one that is no trusted proxy:
 * each proxy appends the address that it saw, and what stands further left came from the caller itself.
 */
export function createClientOf(proxies: TrustedProxies): ClientOf {
  return ({ headers, socket }) => {
    let address = plainAddress(socket.remoteAddress)
    if (!proxies.has(address)) return { address, secure: false }
    const hops = listOf(headers['x-forwarded-for']).slice(-MAX_HOPS).map(hopAddress)
    for (const hop of hops.reverse()) {
      if (hop === '') break
      address = hop
      if (!proxies.has(hop)) break
    }
    const protocol = listOf(headers['x-forwarded-proto']).at(-1)
    return { address, secure: protocol?.toLowerCase() === 'https' }
  }
}

const listOf = (header: string | string[] | undefined): string[] =>
  String(header ?? '')
    .split(',')
    .flatMap((part) => part.trim() || [])

/** Some proxies add a port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function hopAddress(hop: string): string {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop
  return plainAddress(bare)
}
