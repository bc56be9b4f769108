import type { AppContext } from './context.ts'

/** The address by which limits count a caller: only `CF-Connecting-IP` (a client cannot set it), IPv6 cut to its /64. */
export function addressOf(c: AppContext): string {
  const address = c.req.header('CF-Connecting-IP') ?? 'local'
  return address.includes(':') ? ipv6Prefix(address) : address
}

/** @returns the first four groups, with `::` written out; for an IPv4-mapped address the IPv4 address */
export function ipv6Prefix(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return mapped
  const [head = '', tail = ''] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  const gap = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  const groups = address.includes('::') ? [...before, ...gap, ...after] : before
  return `${groups
    .slice(0, 4)
    .map(group => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
