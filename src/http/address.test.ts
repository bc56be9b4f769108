import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ipv6Prefix } from './address.ts'

describe('addresses', () => {
  test.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
  ])('%s is %s', (given, prefix) => {
    expect(ipv6Prefix(given)).toBe(prefix)
  })

  const group = fc.integer({ min: 0, max: 0xffff })
  test('whatever the last 64 bits, and however it is written, the prefix is the same', () => {
    fc.assert(
      fc.property(
        fc.array(group, { minLength: 4, maxLength: 4 }),
        fc.array(group, { minLength: 4, maxLength: 4 }),
        (head, tail) => {
          const plain = [...head, ...tail].map(part => part.toString(16))
          const expected = `${plain.slice(0, 4).join(':')}::/64`
          expect(ipv6Prefix(plain.join(':'))).toBe(expected)
          expect(ipv6Prefix(plain.map(part => part.padStart(4, '0').toUpperCase()).join(':'))).toBe(expected)
          // The longest run of zeros as `::`, as addresses are usually written.
          const short = new URL(`http://[${plain.join(':')}]/`).hostname.slice(1, -1)
          expect(ipv6Prefix(short)).toBe(expected)
        },
      ),
    )
  })
})
