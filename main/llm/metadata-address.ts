import { BlockList, isIP } from 'node:net'

/** Networks in which clouds answer with the keys of the machine, and in which nothing has a name of its own: [network, prefix length]. */
const IPV4: readonly (readonly [string, number])[] = [
  ['169.254.0.0', 16],
  // Alibaba, Oracle and Azure keep theirs outside the link-local network.
  ['100.100.100.200', 32],
  ['192.0.0.192', 32],
  ['168.63.129.16', 32],
]
const IPV6: readonly (readonly [string, number])[] = [
  ['fe80::', 10],
  // Amazon and Google.
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
]
/** Prefixes after which an IPv6 address carries an IPv4 one (RFC 4291, 6052, 8215, 7915), each with the bits in front of it. */
const CARRIERS: readonly (readonly [string, number])[] = [
  ['::', 96],
  ['::ffff:', 96],
  ['::ffff:0:', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 96],
]

const NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
])

const refused = new BlockList()
for (const [network, bits] of IPV6) refused.addSubnet(network, bits, 'ipv6')
for (const [network, bits] of IPV4) {
  refused.addSubnet(network, bits, 'ipv4')
  const carried = inHex(network)
  for (const [prefix, before] of CARRIERS) refused.addSubnet(`${prefix}${carried}`, before + bits, 'ipv6')
  // 6to4 (RFC 3056): the IPv4 address stands right behind the first 16 bits.
  refused.addSubnet(`2002:${carried}::`, 16 + bits, 'ipv6')
}

function inHex(network: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = network.split('.').map(Number)
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

/** Whether an IP address is link-local or one of a cloud's metadata service, in whichever notation IPv6 carries it. */
export function isMetadataAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '')
  const family = isIP(plain)
  return family !== 0 && refused.check(plain, family === 6 ? 'ipv6' : 'ipv4')
}

/** The same for the host of a URL, as the URL parser wrote it: that turns decimal, octal and hexadecimal IPv4 into the usual form. */
export function isMetadataHost(hostname: string): boolean {
  const host = hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
  return NAMES.has(host) || isMetadataAddress(host)
}
