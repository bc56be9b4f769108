import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { COMMON_PASSWORDS } from './common.ts'
import { problemsOf, similarity, similarityProblems } from './rules.ts'

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
    expect(similarityProblems(password, { username, email })).toEqual(problems)
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
