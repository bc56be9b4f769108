import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyOf } from './keys.ts'

describe('how names are compared', () => {
  test.each([
    ['NewUser', 'newuser'],
    ['  user@Example.COM ', 'user@example.com'],
    ['ÉMILIE', 'émilie'],
    ['ｎｅｗ', 'NEW'],
    ['ΝΙΚΟΣ', 'νικος'],
    ['νικοσ', 'νικος'],
    ['STRASSE', 'straße'],
    ['STRAẞE', 'strasse'],
    ['e\u0301', 'É'],
  ])('%s is %s', (one, other) => {
    expect(keyOf(one)).toBe(keyOf(other))
  })

  const letters = fc
    .array(fc.integer({ min: 0x20, max: 0x2fff }), { maxLength: 20 })
    .map(points => points.map(point => String.fromCodePoint(point)).join(''))

  test('case never matters, and a key is its own key', () => {
    fc.assert(
      fc.property(letters, name => {
        const key = keyOf(name)
        expect(keyOf(key)).toBe(key)
        expect(keyOf(name.normalize('NFKC').toUpperCase())).toBe(key)
        expect(keyOf(name.normalize('NFKC').toLowerCase())).toBe(key)
      }),
      { numRuns: 2_000 },
    )
  })
})
