import { expect, test } from 'vitest'
import * as z from 'zod'
import { fieldErrors, invalid, Refusal } from './errors.ts'
import { isLonger, list, map, text } from './fields.ts'

const namedBy = (schema: z.ZodType, value: unknown) => {
  const issues = schema.safeParse(value, { reportInput: true }).error?.issues ?? []
  return invalid(fieldErrors(issues)).body as Record<string, string[]>
}
const entries = (count: number) => Array.from({ length: count }, () => '')
const MORE = 'More fields are wrong than these.'

test.each([1, 50])('%i wrong fields are all named', count => {
  const body = namedBy(z.object({ choices: z.array(z.int()) }), { choices: entries(count) })
  expect(Object.keys(body)).toEqual(Array.from({ length: count }, (_, i) => `choices.${i}`))
})

test.each([51, 20_000])('of %i the first are named, fifty with the hint that there are more', count => {
  const body = namedBy(z.object({ choices: z.array(z.int()) }), { choices: entries(count) })
  expect(Object.keys(body)).toHaveLength(50)
  expect(body['choices.0']).toEqual(['A valid number is required.'])
  expect(body['choices.49']).toBeUndefined()
  expect(body['non_field_errors']).toEqual([MORE])
})

test('what is wrong with the whole stays beside the hint, and bodies made by hand are bounded alike', () => {
  const many = Object.fromEntries(entries(60).map((_, i) => [`field${i}`, ['Wrong.']]))
  const { body } = invalid({ ...many, non_field_errors: ['All of it.'] })
  expect(body).toBeInstanceOf(Object)
  expect(Object.keys(body)).toHaveLength(50)
  expect(body).toMatchObject({ field0: ['Wrong.'], non_field_errors: ['All of it.', MORE] })
  expect(new Refusal(400, many).body).toBe(many)
})

test('a list that is too long is refused before its entries are looked at', () => {
  let looked = 0
  const entry = z.string().refine(() => {
    looked += 1
    return false
  }, 'Wrong.')
  const body = z.object({ users: list(entry, 500, { min: 1 }) })
  expect(namedBy(body, { users: entries(130_000) })).toEqual({
    users: ['Ensure this list has no more than 500 entries.'],
  })
  expect(looked).toBe(0)
  expect(Object.keys(namedBy(body, { users: entries(2) }))).toEqual(['users.0', 'users.1'])
  expect(looked).toBe(2)
  expect(namedBy(body, { users: [] })).toEqual({ users: ['Ensure this list has at least 1 entries.'] })
  expect(namedBy(body, {})).toEqual({ users: ['This field is required.'] })
  expect(namedBy(body, { users: 'x' })).toEqual({ users: ['Expected a list.'] })
  expect(z.toJSONSchema(body, { io: 'input' })).toMatchObject({
    properties: { users: { type: 'array', maxItems: 500, minItems: 1, items: { type: 'string' } } },
    required: ['users'],
  })
})

test('a text of 900 KB is one issue, and so long a text is not counted', () => {
  const issues = text(200, { min: 1 }).regex(/^x$/).safeParse('\0'.repeat(900_000)).error?.issues
  expect(issues?.map(({ message }) => message)).toEqual(['Ensure this field has no more than 200 characters.'])
})

test.each([
  ['🎓'.repeat(200), false],
  ['🎓'.repeat(201), true],
  [`${'🎓'.repeat(199)}xx`, true],
  ['x'.repeat(200), false],
  ['x'.repeat(201), true],
  ['', false],
])('a length is one of characters (%#)', (value, longer) => {
  expect(isLonger(value, 200)).toBe(longer)
})

test('an object of too many keys is refused before its values are looked at', () => {
  let looked = 0
  const value = z.string().refine(() => {
    looked += 1
    return true
  })
  const body = z.object({ blanks: map(z.string(), value, 50) })
  const keyed = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [n, 'x']))
  expect(namedBy(body, { blanks: keyed(50_000) })).toEqual({ blanks: ['Ensure this has no more than 50 entries.'] })
  expect(looked).toBe(0)
  expect(body.safeParse({ blanks: keyed(50) }).success).toBe(true)
  expect(looked).toBe(50)
  expect(namedBy(body, { blanks: 'x' })).toEqual({ blanks: ['Expected an object.'] })
  expect(namedBy(body, JSON.parse('{"blanks": {"__proto__": "x"}}'))).toEqual({
    blanks: ['There is no entry `__proto__`.'],
  })
  expect(namedBy(body, {})).toEqual({ blanks: ['This field is required.'] })
})
