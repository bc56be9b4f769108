import { beforeAll, expect, test } from 'vitest'
import { call } from '../helpers/client.ts'

// What makes the OpenAPI document one that generators make readable clients from. test/commands/generators.test.ts makes them.

// biome-ignore lint/suspicious/noExplicitAny: the document, of free depth
type Json = any
let document: Json
// biome-ignore lint/suspicious/noExplicitAny: operations as the document has them
let operations: any[]

beforeAll(async () => {
  document = (await call('GET', '/api/openapi.json')).body
  operations = Object.values<Json>(document.paths).flatMap(path => Object.values<Json>(path))
})

test('every operation has a short name of its own, and says what it does', () => {
  const ids = operations.map(({ operationId }) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.filter(id => !/^[a-z][a-zA-Z]{3,24}$/.test(id))).toEqual([])
  for (const id of ['listCourses', 'patchCourse', 'startAttempt', 'getHealth']) expect(ids).toContain(id)
  expect(operations.filter(({ description }) => !description).map(({ operationId }) => operationId)).toEqual([])
  expect(document.tags.filter(({ description }: Json) => !description)).toEqual([])
  expect(document).toMatchObject({ servers: [{ url: '/' }], info: { contact: { name: expect.any(String) } } })
})

test('every JSON body is a named component', () => {
  const unnamed = operations.flatMap(({ operationId, requestBody, responses }) => {
    const contents = [requestBody, ...Object.values<Json>(responses)].map(part => part?.content?.['application/json'])
    return contents.some(content => content && !content.schema.$ref) ? [operationId] : []
  })
  expect(unnamed).toEqual([])
})

test('so is every set of values, every object in an object, and every member of a union', () => {
  const inPlace: string[] = []
  const look = (schema: Json, path: string, isNamed = false): void => {
    if (typeof schema !== 'object' || schema === null) return
    if (!isNamed && (Array.isArray(schema.enum) || (schema.type === 'object' && schema.properties))) inPlace.push(path)
    for (const [name, part] of Object.entries(schema))
      if (!['examples', 'example', 'default'].includes(name)) look(part, `${path}/${name}`)
  }
  for (const [name, schema] of Object.entries(document.components.schemas)) look(schema, name, true)
  for (const { operationId, parameters } of operations) look(parameters, operationId)
  expect(inPlace).toEqual([])
})

test('questions are told apart by their type', () => {
  const { Question, AttemptQuestion, ResponseData } = document.components.schemas
  for (const union of [Question, AttemptQuestion]) {
    expect(union.discriminator.propertyName).toBe('type')
    expect(Object.keys(union.discriminator.mapping)).toHaveLength(9)
    const members = union.oneOf.map(({ $ref }: Json) => $ref)
    expect(Object.values(union.discriminator.mapping)).toEqual(members)
  }
  expect(ResponseData.anyOf).toHaveLength(9)
})

test('an error is a detail with its code, or messages by field', () => {
  const { Error: union, ErrorDetail, ErrorCode } = document.components.schemas
  expect(union.anyOf.map(({ $ref }: Json) => $ref.split('/').at(-1))).toEqual(['ErrorDetail', 'FieldErrors'])
  expect(ErrorDetail.required).toEqual(['detail', 'code'])
  expect(ErrorCode.enum).toContain('course_full')
})
