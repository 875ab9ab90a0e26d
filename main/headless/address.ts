import { isIP } from 'node:net'

/** An IP address in one form: IPv4 that came as IPv6 is IPv4, IPv6 is short and lower case, without a zone. Empty where it is none. */
export function plainAddress(raw: string | undefined): string {
  const address = (raw ?? '').trim().replace(/%.*$/, '')
  const family = isIP(address)
  if (family !== 6) return family === 4 ? address : ''
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short)
  if (!mapped) return short
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

export const isLoopbackAddress = (address: string): boolean => address === '::1' || /^127\./.test(address)

/** Who counts as one caller: an IPv4 address, or an IPv6 /64, all of which one customer of a provider has. */
export function addressGroup(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  return `${[...left, ...Array<string>(zeros).fill('0'), ...right].slice(0, 4).join(':')}::/64`
}
