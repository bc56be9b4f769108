import { beforeEach, describe, expect, test } from 'vitest'
import { hashPassword, isOutdated, isPassword } from '../../src/features/users/passwords/hashing.ts'
import { hashAsInProduction, hashNever } from '../helpers/hash-cost.ts'

beforeEach(hashAsInProduction)

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
