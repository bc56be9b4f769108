import { describe, expect, test } from 'vitest'
import { api } from '../../../src/app.ts'
import { makeUser } from '../../factories/users.ts'
import { call } from '../../helpers/client.ts'
import documentation from '../contract/api-documentation.md?raw'
import { parseDocumentation } from '../contract/documentation.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const filled = (path: string) =>
  path
    .replace('{slug}', 'a-slug')
    .replace('{uuid}', crypto.randomUUID())
    .replace(/\{\w+\}/g, '1')

/** The methods of every path that is described: PATCH goes wherever PUT does, HEAD wherever GET does. */
const methodsOf = new Map<string, string[]>()
for (const { path, method } of api.contracts) {
  const own = { get: ['GET', 'HEAD'], post: ['POST'], put: ['PUT', 'PATCH'], delete: ['DELETE'] }[method]
  methodsOf.set(path, [...(methodsOf.get(path) ?? []), ...own])
}
const lacking = [...methodsOf].flatMap(([path, methods]) =>
  METHODS.filter(method => !methods.includes(method)).map(method => ({ method, path, methods })),
)

test('every path of the documentation is one of these', () => {
  const documented = parseDocumentation(documentation).endpoints.map(({ path }) => path)
  expect(documented.length).toBe(55)
  expect(documented.filter(path => !methodsOf.has(path))).toEqual([])
})

test.each(lacking)('$method $path is 405 with what there is, before any login', async ({ method, path, methods }) => {
  for (const options of [{}, { as: 'not.a.token' }, { as: await makeUser() }]) {
    const { status, body, headers } = await call(method, filled(path), options)
    expect([status, body]).toEqual([405, { detail: `Method "${method}" not allowed.`, code: 'method_not_allowed' }])
    expect(headers.get('Allow')?.split(', ').sort()).toEqual([...methods].sort())
  }
})

describe('a word is no id', () => {
  test.each([
    ['PUT', '/api/users/login/', 405, 'POST'],
    ['PATCH', '/api/users/login/', 405, 'POST'],
    ['PUT', '/api/courses/enrolled/', 405, 'GET, HEAD'],
    ['DELETE', '/api/courses/catalog', 405, 'GET, HEAD'],
    ['GET', '/api/courses/abc/', 404, null],
    ['DELETE', '/api/courses/1e3/', 404, null],
    ['GET', '/api/courses/٣/', 404, null],
    ['GET', '/api/courses/0/', 401, null],
  ])('%s %s: %i', async (method, path, expected, allow) => {
    const { status, headers } = await call(method, path)
    expect([status, headers.get('Allow')]).toEqual([expected, allow])
  })
})
