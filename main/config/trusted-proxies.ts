import { BlockList, isIP } from 'node:net'
import { ConfigError } from './config-error.ts'

/** The proxies whose word on a caller's address and protocol counts. */
export interface TrustedProxies {
  readonly count: number
  /** @param address in its plain form; an IPv4 address is never written as IPv6 */
  has(address: string): boolean
}

const VARIABLE = 'WHATSLANG_TRUSTED_PROXIES'

/** Reads addresses and networks (`10.0.0.0/8`), separated by commas. @throws ConfigError that names the part that is neither */
export function trustedProxies(value: string | undefined): TrustedProxies {
  const list = new BlockList()
  const parts = (value ?? '').split(',').flatMap((part) => part.trim() || [])
  for (const part of parts) add(list, part)
  return {
    count: parts.length,
    has: (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'),
  }
}

function add(list: BlockList, part: string): void {
  const [address = '', bits, ...rest] = part.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) {
    throw new ConfigError(
      'invalid-environment',
      `${VARIABLE} in the environment holds "${part}", which is no address and no network. Write 127.0.0.1 or 10.0.0.0/8, separated by commas.`,
    )
  }
  const most = family === 6 ? 128 : 32
  const prefix = bits === undefined ? most : Number(bits)
  if (prefix < 1 || prefix > most) {
    throw new ConfigError(
      'invalid-environment',
      `${VARIABLE} in the environment holds "${part}". The number behind the slash is 1 to ${most}; name your own proxies, not every address.`,
    )
  }
  list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4')
}
