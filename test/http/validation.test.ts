/** The order of refusals and what path, query and body are taken for, of an operation that has all three. */
import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { createApi } from '../../src/http/api.ts'
import { issueToken } from '../../src/http/authentication.ts'
import { onError } from '../../src/http/errors.ts'
import { object, pathId, queryFlag } from '../../src/http/fields.ts'

const api = createApi()
api.app.onError(onError)
api.route(
  {
    method: 'put',
    path: '/things/{id}/',
    tag: 'Things',
    summary: 'Change a thing',
    params: object(() => ({ id: pathId() })),
    query: object(() => ({ dry: queryFlag().optional(), as: z.string().min(2) })),
    body: object(() => ({ name: z.string().min(1), size: z.int().nullable().optional() })),
    responses: { 200: object(() => ({ params: z.unknown(), query: z.unknown(), body: z.unknown() })) },
  },
  ({ params, query, body, json }) => json(200, { params, query, body }),
)
api.mount()

const token = await issueToken(env, 'access', { userId: 1, sessionVersion: 1 }, Math.floor(Date.now() / 1000))
const JSON_TYPE = { 'Content-Type': 'application/json' }
const SIGNED_IN = { Authorization: `Bearer ${token}` }

async function send(target: string, body: string | undefined, headers: Record<string, string>, method = 'PUT') {
  const request = new Request(`http://learnmore.test/things/${target}`, {
    method,
    headers,
    ...(body !== undefined && { body }),
  })
  const response = await api.app.fetch(request, env, createExecutionContext())
  return { status: response.status, body: await response.json() }
}
const put = (target: string, body: string | undefined, headers: Record<string, string> = JSON_TYPE) =>
  send(target, body, { ...SIGNED_IN, ...headers })

test('the media type, then the form of JSON, then the login, then the path, then the rest', async () => {
  const [path, wrong] = ['0/?as=x', '{"name":1}']
  expect(await send(path, 'no JSON', { 'Content-Type': 'text/plain' })).toMatchObject({ status: 415 })
  expect(await send(path, 'no JSON', JSON_TYPE)).toMatchObject({ status: 400, body: { detail: expect.any(String) } })
  expect(await send(path, wrong, JSON_TYPE)).toMatchObject({ status: 401 })
  expect(await put(path, wrong)).toMatchObject({ status: 404 })
  expect(await put('1/?as=x', wrong)).toMatchObject({ status: 400 })
})

test('what is wrong with query and body is told at once, in this order', async () => {
  const ofQuery = { as: ['Ensure this field has at least 2 characters.'], dry: ['Must be one of: true, false.'] }
  const ofBody = { name: ['This field may not be null.'], size: ['A valid number is required.'] }
  const wrongBody = '{"name":null,"size":"5"}'
  const both = await put('1/?as=x&dry=1', wrongBody)
  expect(both).toEqual({ status: 400, body: { ...ofQuery, ...ofBody } })
  expect(Object.keys(both.body as object)).toEqual(['dry', 'as', 'name', 'size'])
  expect(await put('1/?as=x&dry=1', '{"name":"a"}')).toEqual({ status: 400, body: ofQuery })
  expect(await put('1/?as=xy', wrongBody)).toEqual({ status: 400, body: ofBody })
})

test('an absent value is told from a wrong one', async () => {
  const required = ['This field is required.']
  expect(await put('1/', '{"size":null}')).toEqual({ status: 400, body: { as: required, name: required } })
  expect(await put('1/?as=xy', '[]')).toEqual({ status: 400, body: { non_field_errors: ['Expected an object.'] } })
})

test('no body, or an empty one, is an empty object', async () => {
  for (const sent of [put('1/?as=xy', undefined, {}), put('1/?as=xy', ''), put('1/?as=xy', '{}')])
    expect(await sent).toEqual({ status: 400, body: { name: ['This field is required.'] } })
})

test('PATCH takes a part of the body, or none', async () => {
  const patch = (body?: string) => send('1/?as=xy', body, { ...SIGNED_IN, ...JSON_TYPE }, 'PATCH')
  expect(await patch('{"size":3}')).toMatchObject({ status: 200, body: { body: { size: 3 } } })
  expect(await patch()).toMatchObject({ status: 200, body: { body: {} } })
  expect(await patch('{"name":""}')).toEqual({ status: 400, body: { name: ['This field may not be blank.'] } })
})

test('the handler gets what the schemas make of it', async () => {
  const body = '{"name":"half \\ud83d a pair","unknown":1}'
  expect(await put('7/?as=xy&as=z&dry=true&unknown=1', body)).toEqual({
    status: 200,
    body: { params: { id: 7 }, query: { as: 'xy', dry: true }, body: { name: 'half \ufffd a pair' } },
  })
  const vendors = { 'Content-Type': 'Application/vnd.school+JSON; charset=utf-8' }
  expect(await put('7/?as=xy', '{"name":"a"}', vendors)).toMatchObject({ status: 200 })
})
