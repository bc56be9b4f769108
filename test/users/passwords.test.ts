import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { keyOf } from '../../src/features/users/keys.ts'
import { COMMON_PASSWORDS } from '../../src/features/users/passwords/common.ts'
import { hashPassword, isOutdated, isPassword } from '../../src/features/users/passwords/hashing.ts'
import { likenessOf, problemsOf, similarity } from '../../src/features/users/passwords/rules.ts'
import { hashAsInProduction, hashNever } from '../helpers/hash-cost.ts'

beforeEach(hashAsInProduction)

const SHORT = 'This password is too short. It must contain at least 8 characters.'
const LONG = 'This password is too long. It must contain at most 128 characters.'
const COMMON = 'This password is too common.'
const DIGITS = 'This password is entirely numeric.'

describe('a password by itself', () => {
  test.each([
    ['securepassword123', []],
    ['correct horse battery staple', []],
    ['пароль-с-дефисом', []],
    ['🎓🎓🎓🎓🎓🎓🎓🎓', []],
    ['🎓🎓🎓🎓🎓🎓🎓', [SHORT]],
    ['', [SHORT]],
    ['x7k!q2p', [SHORT]],
    ['x7k!q2pm', []],
    [`x7k!${'z'.repeat(124)}`, []],
    [`x7k!${'z'.repeat(125)}`, [LONG]],
    ['83746592', [DIGITS]],
    ['1234567', [SHORT, DIGITS]],
    ['٨٣٧٤٦٥٩٢', [DIGITS]],
    ['password', [COMMON]],
    ['PassWord1', [COMMON]],
    ['ｐａｓｓｗｏｒｄ', [COMMON]],
    ['qwerty123', [COMMON]],
    ['iloveyou', [COMMON]],
    ['x7k!\0q2pm', ['Null characters are not allowed.']],
  ])('%j', (password, problems) => {
    expect(problemsOf(password)).toEqual(problems)
  })

  test('the list is of what could otherwise be chosen, each once', () => {
    for (const word of COMMON_PASSWORDS) {
      expect(word.length, word).toBeGreaterThanOrEqual(8)
      expect(word, 'compared in lower case').toBe(word.normalize('NFKC').toLowerCase())
    }
    expect(COMMON_PASSWORDS.size).toBeGreaterThan(500)
  })
})

describe('a password and whose it is', () => {
  const USERNAME = 'The password is too similar to the username.'
  const EMAIL = 'The password is too similar to the email address.'
  test.each([
    ['securepassword123', 'newuser', 'user@example.com', []],
    ['newuser12', 'newuser', 'x@example.org', [USERNAME]],
    ['NEWUSER1', 'newuser', 'x@example.org', [USERNAME]],
    ['resuwen1', 'newuser', 'x@example.org', [USERNAME]],
    ['mariagarcia', 'mgarcia', 'x@example.org', [USERNAME]],
    ['garcia12', 'maria.garcia', 'x@example.org', [USERNAME]],
    ['johndoe99', 'x', 'john.doe@school.example', [EMAIL]],
    ['school12', 'x', 'j@school.example', [EMAIL]],
    ['jd@school.example', 'x', 'jd@school.example', [EMAIL]],
    ['newuser12', 'newuser', 'newuser@example.com', [USERNAME, EMAIL]],
    ['a long walk along the shore', 'newuser', 'newuser@example.com', []],
  ])('%s of %s, %s', (password, username, email, problems) => {
    expect(likenessOf(password, { username, email })).toEqual(problems)
  })

  test('likeness is a share: the same both ways, 1 of the same letters, 0 of none', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const share = similarity(one, other)
        expect(share).toBe(similarity(other, one))
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
        expect(similarity(one, [...one].reverse().join(''))).toBe(1)
      }),
    )
    expect(similarity('abc', 'xyz')).toBe(0)
    expect(similarity('aab', 'abb')).toBeCloseTo(2 / 3)
  })
})

describe('hashes', () => {
  const DEMO = 'scrypt$16384$8$5$KpdRbDVLaISM29j1SiJqCg==$uzxSnaNzLs9CdY8rsv9EU7HEwBKqFyezkRjJ4671Ez0='
  /** Of `securepassword123` at a quarter of today's memory, as another implementation (Python's hashlib) makes it. */
  const CHEAPER = 'scrypt$4096$8$1$MDEyMzQ1Njc4OWFiY2RlZg==$aKKGJbs2mX+daHqNAlIJEt8JPsvIVuowdQiyg+rPDlA='

  test('a hash verifies its password and no other, and no two are the same', async () => {
    const [one, two] = [await hashPassword('securepassword123'), await hashPassword('securepassword123')]
    expect(one).toMatch(/^scrypt\$16384\$8\$5\$[\w+/]{22}==\$[\w+/]{43}=$/)
    expect(one).not.toBe(two)
    expect(await isPassword('securepassword123', one)).toBe(true)
    expect(await isPassword('securepassword124', one)).toBe(false)
    expect(await isPassword('', one)).toBe(false)
  })

  test('parameters are read from the hash', async () => {
    expect(await isPassword('securepassword123', DEMO)).toBe(true)
    expect(await isPassword('securepassword123', CHEAPER)).toBe(true)
    expect(await isPassword('securepassword12', CHEAPER)).toBe(false)
    expect([DEMO, CHEAPER, null].map(isOutdated)).toEqual([false, true, true])
  })

  test.each([null, '', 'scrypt', 'scrypt$16384$8$5$$', 'bcrypt$16384$8$5$c2FsdA==$aGFzaA==', 'securepassword123'])(
    'nothing is the password of %j',
    async hash => {
      expect(await isPassword('securepassword123', hash)).toBe(false)
    },
  )

  test('no account, and one without a password, cost a hash like any other', async () => {
    hashNever()
    for (const stored of [null, '', 'no hash']) await expect(isPassword('wrongpassword1', stored)).rejects.toThrow()
  })

  test('however a keyboard composes it', async () => {
    expect(await isPassword('cafe\u0301-crème', await hashPassword('café-crème'))).toBe(true)
  })
})

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
