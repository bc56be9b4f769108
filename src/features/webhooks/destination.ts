/**
 * Decides by its text whether messages may be sent to a URL. Names are not resolved: the platform's network resolves them when
 * it connects, and has no way into a private network.
 */

export type DestinationRules = {
  /** Hosts of this server, with a port where it is not that of the scheme. */
  ownHosts: readonly string[]
  /** Lets local development use `http://localhost:<port>`. */
  allowHttp: boolean
}

const HTTPS_ONLY = 'Only https is allowed.'
const NO_CREDENTIALS = 'A URL with a username or password is not allowed.'
const PORTS = 'Only port 443 and ports from 1024 are allowed.'
const NOT_PUBLIC = 'Only public hosts are allowed.'
const OWN = 'A webhook cannot call this server itself.'

/** @returns why no message may be sent there; null when one may */
export function refusalOfDestination(text: string, { ownHosts, allowHttp }: DestinationRules): string | null {
  // The parser writes every notation of an IPv4 address as four decimal numbers, and a name in lower case ASCII.
  const url = URL.parse(text)
  if (!url) return 'Enter a valid URL.'
  if (url.username !== '' || url.password !== '') return NO_CREDENTIALS
  if (ownHosts.includes(url.host)) return OWN
  if (allowHttp && url.protocol === 'http:' && url.hostname === 'localhost') return null
  if (url.protocol !== 'https:') return HTTPS_ONLY
  if (url.port !== '' && Number(url.port) < FIRST_FREE_PORT) return PORTS
  return isPublic(url.hostname) ? null : NOT_PUBLIC
}

/** Services that belong to the system have lower ports. */
const FIRST_FREE_PORT = 1024

function isPublic(hostname: string): boolean {
  if (hostname.startsWith('[')) return isPublicIpv6(hostname.slice(1, -1))
  // A dot at the end of a name only says that it is complete.
  const name = hostname.replace(/\.$/, '')
  const octets = name.split('.').map(Number)
  if (octets.every(Number.isInteger)) return isPublicIpv4(octets)
  return isPublicName(name)
}

/** Top-level domains that mean something only within a network (RFC 6761, RFC 6762, RFC 8375), and what networks use by habit. */
const LOCAL_DOMAINS =
  /(^|\.)(localhost|localdomain|local|internal|intranet|private|corp|home|lan|test|example|invalid|onion|arpa)$/

/** A name of one label is looked up in the network of the sender. */
const isPublicName = (name: string) => name.includes('.') && !LOCAL_DOMAINS.test(name)

/** Not globally reachable by IANA's registry of special-purpose addresses, with those of cloud metadata services. */
const RESERVED_IPV4: readonly [network: string, bits: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]

const asNumber = (octets: readonly number[]) => octets.reduce((sum, octet) => sum * 256 + octet, 0)

const isPublicIpv4 = (octets: readonly number[]) =>
  !RESERVED_IPV4.some(([network, bits]) => {
    const size = 2 ** (32 - bits)
    return Math.floor(asNumber(octets) / size) === Math.floor(asNumber(network.split('.').map(Number)) / size)
  })

/**
 * Public addresses begin with 2 or 3. Among these, 2001::/23 and 2002::/16 can hold an IPv4 address, and 2001:db8::/32 and
 * 3fff::/20 are for documentation. All of ::1, ::ffff:10.0.0.1, 64:ff9b::/96, fc00::/7 and fe80::/10 begin otherwise.
 * @param address as the URL parser writes it, without leading zeros
 */
function isPublicIpv6(address: string): boolean {
  const [first = '', second = ''] = address.split(':')
  const [high, low] = [Number.parseInt(first || '0', 16), Number.parseInt(second || '0', 16)]
  if (high < 0x2000 || high > 0x3fff) return false
  if (high === 0x2001) return low >= 0x0200 && low !== 0x0db8
  return high !== 0x2002 && !(high === 0x3fff && low < 0x1000)
}
