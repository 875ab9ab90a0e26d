import { isLoopback } from './guard.ts'
import { HostError } from './host-error.ts'
import type { Token } from './token.ts'
import { SHORTEST_TOKEN, weaknessOf, weaknessSentence } from './token-strength.ts'

interface Exposure {
  host: string
  allowedHosts: readonly string[]
  trustedProxies: { readonly count: number }
  token: Pick<Token, 'value' | 'own'>
}

/**
 * Whether the token is good enough for those who can reach the address: other machines, directly or through a proxy.
 * @returns a sentence where it is weak and only this machine can reach it
 * @throws HostError otherwise
 */
export function weakTokenOf({ host, allowedHosts, trustedProxies, token }: Exposure): string | undefined {
  const beyondLoopback = !isLoopback(host)
  if (beyondLoopback && !token.own) {
    throw new HostError(
      'token-needed',
      `WHATSLANG_HOST is ${host}, which other machines can reach. Set WHATSLANG_TOKEN to a token of your own, or leave WHATSLANG_HOST out.`,
    )
  }
  const weakness = token.own ? weaknessOf(token.value) : undefined
  if (weakness === undefined) return undefined
  const problem = weaknessSentence(weakness)
  const advice = `Set it to at least ${SHORTEST_TOKEN} random characters; \`openssl rand -hex 32\` makes some.`
  if (beyondLoopback) {
    throw new HostError('token-weak', `${problem} WHATSLANG_HOST is ${host}, which other machines can reach. ${advice}`)
  }
  if (allowedHosts.length > 0 || trustedProxies.count > 0) {
    const reason = 'A proxy lets other machines reach this one (WHATSLANG_ALLOWED_HOSTS, WHATSLANG_TRUSTED_PROXIES).'
    throw new HostError('token-weak', `${problem} ${reason} ${advice}`)
  }
  return `${problem} Every program and user of this machine can try. ${advice}`
}
