/**
 * Builds the OpenAPI 3.1 document from the schemas that validate requests. It is built with the assets, so that the Worker
 * carries neither this nor the part of zod that describes schemas.
 */
import * as z from 'zod'
import { RESPONSE_SHAPES } from '../features/quizzes/answers/answer.ts'
import { type Contract, GENERIC_TYPES, takesKey } from '../http/api.ts'
import { partial } from '../http/fields.ts'
import { Components, type Json, pascalCase, refTo } from './components.ts'
import { ERROR_CODES } from './error-codes.ts'
import { operationIdOf, TAGS } from './operations.ts'

const ERRORS: Record<number, { description: string; example: Json }> = {
  400: {
    description: 'Bad input, by field, or a rule that refuses',
    example: { field_name: ['Error message related to this field'] },
  },
  401: {
    description: 'No valid token',
    example: { detail: 'Authentication credentials were not provided.', code: 'not_authenticated' },
  },
  403: {
    description: 'Not allowed',
    example: { detail: 'You do not have permission to perform this action.', code: 'permission_denied' },
  },
  404: { description: 'Unknown, or not for the caller to know', example: { detail: 'Not found.', code: 'not_found' } },
  409: {
    description: 'A request with this `Idempotency-Key` is under way, or its answer was lost',
    example: { detail: 'A request with this Idempotency-Key is under way.', code: 'request_under_way' },
  },
  412: {
    description: 'What people write in it was changed since the `ETag` in `If-Match`; nothing was written',
    example: { detail: 'It was changed meanwhile.', code: 'changed_meanwhile' },
  },
  413: { description: 'The body is too large', example: { detail: 'Request body too large.', code: 'body_too_large' } },
  415: {
    description: 'Not a media type that is taken',
    example: { detail: 'Unsupported media type.', code: 'unsupported_media_type' },
  },
  422: {
    description: 'The `Idempotency-Key` was used for another request',
    example: { detail: 'This Idempotency-Key was used for another request.', code: 'key_reused' },
  },
  429: {
    description: 'Too many requests',
    example: { detail: 'Request was throttled. Expected available in 60 seconds.', code: 'throttled' },
  },
  500: { description: 'A failure of ours', example: { detail: 'Internal server error.', code: 'internal_error' } },
  503: {
    description: 'Overloaded; try again after `Retry-After`',
    example: { detail: 'Service temporarily unavailable.', code: 'unavailable' },
  },
}

const INFO = {
  title: 'LearnMore API',
  version: '1.0.0',
  description:
    'A learning platform at the edge: accounts, courses, enrollment, modules, quizzes, progress, analytics and QR codes.',
  contact: { name: 'The operator of this server' },
}

export function openApiDocument(contracts: readonly Contract[]): Json {
  const paths: Record<string, Json> = {}
  const components = new Components({ ...errorSchemas(), ...responseDataSchemas(), ...registeredSchemas() })
  for (const contract of contracts) {
    const path = (paths[contract.path] ??= {})
    path[contract.method] = operation(contract, contract.method, components)
    if (contract.method === 'put')
      path['patch'] = operation(
        { ...contract, summary: `${contract.summary} in part`, body: partialBody(contract.body) },
        'patch',
        components,
      )
  }
  return {
    openapi: '3.1.0',
    info: INFO,
    servers: [{ url: '/', description: 'The server that serves this document' }],
    tags: [...new Set(contracts.map(contract => contract.tag))].map(name => ({
      name,
      description: tagDescription(name),
    })),
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The access token of a login' },
      },
    },
  }
}

/** @throws for a tag without a description */
function tagDescription(tag: string): string {
  const description = TAGS[tag]
  if (description === undefined) throw new Error(`${tag} has no description: give it one in src/dev/operations.ts`)
  return description
}

/** `detail` with its code, or messages by field. */
function errorSchemas(): Record<string, Json> {
  return {
    ErrorCode: {
      type: 'string',
      description: 'What the refusal is, for programs. It never changes; new ones may be added.',
      enum: Object.keys(ERROR_CODES),
    },
    ErrorDetail: {
      type: 'object',
      description: 'A refusal: a sentence for people, and its code for programs.',
      properties: { detail: { type: 'string' }, code: refTo('ErrorCode') },
      required: ['detail', 'code'],
    },
    FieldErrors: {
      type: 'object',
      description: 'The fields that are wrong, each with its messages; those of the whole under `non_field_errors`.',
      additionalProperties: { type: 'array', items: { type: 'string' } },
    },
    Error: { anyOf: [refTo('ErrorDetail'), refTo('FieldErrors')] },
  }
}

/** `response_data`: a named form for each type of question. */
function responseDataSchemas(): Record<string, Json> {
  const forms = Object.entries(RESPONSE_SHAPES).map(
    ([type, shape]) => [`${pascalCase(type)}Answer`, jsonSchema(shape, 'input')] as const,
  )
  return {
    ...Object.fromEntries(forms),
    ResponseData: {
      description: 'An answer. Its form depends on the type of the question.',
      anyOf: forms.map(([name]) => refTo(name)),
    },
    NoAnswer: { type: 'object', description: 'Nothing was answered', maxProperties: 0 },
    ResultData: {
      description: 'The answer that was given, if any.',
      anyOf: [refTo('ResponseData'), refTo('NoAnswer')],
    },
  }
}

/** The body of PATCH: all fields of PUT optional, with the same examples. */
function partialBody(body: z.ZodObject | undefined): z.ZodObject | undefined {
  const examples = body && z.globalRegistry.get(body)?.examples
  return examples ? partial(body).meta({ examples }) : body && partial(body)
}

function operation(contract: Contract, method: string, components: Components): Json {
  const operationId = operationIdOf(method, contract.path)
  const name = pascalCase(`_${operationId}`)
  return {
    operationId,
    tags: [contract.tag],
    summary: contract.summary,
    description: [contract.description ?? `${contract.summary}.`, tokensOf(contract)].filter(Boolean).join(' '),
    security: contract.access === 'public' ? [] : [{ bearer: [] }],
    parameters: [
      ...parameters('path', contract.params),
      ...parameters('query', contract.query),
      ...(takesKey(contract) ? [IDEMPOTENCY_KEY] : []),
      ...(contract.revised ? [contract.method === 'get' ? IF_NONE_MATCH : IF_MATCH] : []),
    ].map(parameter => ({
      ...parameter,
      schema: components.partsNamed({ items: parameter['schema'] as Json }, name)['items'],
    })),
    ...(contract.body && {
      requestBody: {
        required: requiresBody(contract.body),
        content: media(contract.body, 'input', schema => components.named(schema, `${name}Request`)),
      },
    }),
    ...(contract.upload && { requestBody: { required: true, content: files(uploadTypes(contract.upload)) } }),
    responses: {
      ...failures(contract, name, components),
      ...((contract.cache || (contract.revised && contract.method === 'get')) && {
        304: { description: 'As `If-None-Match` has it' },
      }),
      ...successes(contract, schema => components.named(schema, responseName(schema, name, components))),
    },
  }
}

/** `CoursePage` for a page of courses, else after the operation. */
function responseName(schema: Json, operation: string, { schemas }: Components): string {
  const { results } = (schema['properties'] ?? {}) as Record<string, { items?: Json }>
  const item = String(results?.items?.['$ref'] ?? '')
    .split('/')
    .at(-1)
  if (!item || !('next' in (schema['properties'] as Json))) return `${operation}Response`
  return schemas[`${item}Page`] ? `${operation}Page` : `${item}Page`
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Makes the request safe to repeat: for 24 hours its first answer is given again, with `Idempotent-Replayed: true`',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' },
})
const IF_NONE_MATCH = header('If-None-Match', 'An `ETag`; 304 when the answer would be the same')
const IF_MATCH = header('If-Match', 'The `ETag` that was read; 412 when what people write was changed since')

/** Which personal access tokens an operation takes. */
function tokensOf({ access, token, about }: Contract): string | null {
  if (access === 'public') return null
  if (!token) return 'No personal access token can do this.'
  return `Personal access tokens: ${token}${about ? '' : ', for all courses'}.`
}

const uploadTypes = ({ types, formatParameter }: NonNullable<Contract['upload']>) => [
  ...types,
  ...(formatParameter === undefined ? [] : GENERIC_TYPES),
]

const requiresBody = (body: z.ZodObject) => !body.safeParse({}).success

function parameters(where: 'path' | 'query', schema?: z.ZodObject): Json[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { description, ...json } = jsonSchema(field as z.ZodType, 'input')
    const required = where === 'path' || !(field as z.ZodType).safeParse(undefined).success
    // zod omits the examples of a transform, because it takes them for those of the output.
    const examples = z.globalRegistry.get(field as z.ZodType)?.['examples'] as unknown[] | undefined
    return {
      name,
      in: where,
      required,
      ...(description !== undefined && { description }),
      // Swagger UI fills in the example. Optional filters get none, because they would only hide results.
      ...(required && examples && { example: examples[0] }),
      schema: { ...json, ...(examples && { examples }) },
    }
  })
}

/** The answers that the contract lists, including a failure with a body of its own. */
const successes = (contract: Contract, named: Named) =>
  Object.fromEntries(
    Object.entries(contract.responses).map(([status, body]) => [
      status,
      {
        description: SUCCESS[status] ?? ERRORS[Number(status)]?.description ?? 'Success',
        ...(body && { content: contract.download ? files(contract.download) : media(body, 'output', named) }),
      },
    ]),
  )
const SUCCESS: Record<string, string> = { 200: 'OK', 201: 'Created', 204: 'No content', 205: 'Reset content' }

/** The failures that follow from the contract, and those that it lists under `refuses`. */
function failures(contract: Contract, operation: string, components: Components): Json {
  const isPublic = contract.access === 'public'
  const statuses = [
    ...(contract.body || contract.query || contract.upload ? [400] : []),
    ...(contract.body || contract.upload ? [413, 415] : []),
    // 403 and 404 are what a personal access token meets that is for something else.
    ...(isPublic ? [] : [401, 403]),
    ...(takesKey(contract) ? [400, 409, 422] : []),
    ...(contract.revised && contract.method !== 'get' ? [412] : []),
    ...(contract.params || contract.about || (contract.query && 'page' in contract.query.shape) ? [404] : []),
    ...(contract.quota === 'free' ? [] : [429]),
    ...Object.keys(contract.refuses ?? {}).map(Number),
    500,
    503,
  ]
  return Object.fromEntries(
    [...new Set(statuses)].sort().map(status => {
      const { description, example } = ERRORS[status] as { description: string; example: Json }
      const reason = contract.refuses?.[status as keyof Contract['refuses']]
      return [
        status,
        {
          description: reason ?? description,
          content: {
            'application/json': {
              schema: status === 400 ? badRequest(contract, operation, components) : refTo('ErrorDetail'),
              example,
            },
          },
        },
      ]
    }),
  )
}

function badRequest({ refusedRows }: Contract, operation: string, components: Components): Json {
  if (!refusedRows) return refTo('Error')
  const rows = refTo(z.globalRegistry.get(refusedRows)?.id ?? '')
  return components.named({ anyOf: [refTo('ErrorDetail'), refTo('FieldErrors'), rows] }, `${operation}Error`)
}

const files = (types: readonly string[]) =>
  Object.fromEntries(
    types.map(type => [
      type,
      { schema: type === 'application/octet-stream' ? { type: 'string', format: 'binary' } : { type: 'string' } },
    ]),
  )

type Named = (schema: Json) => Json

function media(schema: z.ZodType, io: 'input' | 'output', named: Named): Json {
  const id = z.globalRegistry.get(schema)?.id
  const json = jsonSchema(schema, io)
  return {
    'application/json': {
      schema: id ? refTo(id) : named(json),
      example: sample(json, registeredSchemas()),
    },
  }
}

let registered: Record<string, Json> | undefined
/** Every schema with an `id`, built once. */
function registeredSchemas(): Record<string, Json> {
  registered ??= Object.fromEntries(
    Object.entries(
      z.toJSONSchema(z.globalRegistry, { uri: id => `#/components/schemas/${id}`, io: 'output', override: tidy })
        .schemas,
    ).map(([id, { $schema: _schema, $id: _id, ...json }]) => [id, json]),
  )
  return registered
}

/** A schema to embed. Its parts that have an `id` become references to the components of the document. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const {
    $schema: _schema,
    $defs: _defs,
    ...json
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: tidy,
  })
  return JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/'))
}

/**
 * Removes the bounds of safe integers, which say nothing but of ids. Restores the examples that zod omits from transforms (a list that
 * counts its entries first is one), because ours always show the input.
 */
function tidy({ zodSchema, jsonSchema: json }: { zodSchema: z.core.$ZodType; jsonSchema: Json }): void {
  const examples = z.globalRegistry.get(zodSchema)?.examples
  if (examples !== undefined) json['examples'] = examples
  const isId = json['exclusiveMinimum'] === 0 || json['minimum'] === 1
  if (json['maximum'] === Number.MAX_SAFE_INTEGER && !isId) delete json['maximum']
  if (json['minimum'] === Number.MIN_SAFE_INTEGER) delete json['minimum']
  if (json['type'] === 'integer' && 'pattern' in json) delete json['pattern']
}

/** An example for a schema, assembled from the examples of its fields. */
function sample(json: Json, schemas: Record<string, Json>): unknown {
  const [example] = (json['examples'] as unknown[] | undefined) ?? []
  if (example !== undefined) return example
  const [choice] = (json['enum'] ?? json['anyOf'] ?? json['oneOf'] ?? []) as unknown[]
  if (json['$ref']) return sample(schemas[String(json['$ref']).split('/').pop() as string] as Json, schemas)
  if ('const' in json) return json['const']
  if ('default' in json) return json['default']
  if (json['enum']) return choice
  if (choice) return sample(choice as Json, schemas)
  switch (json['type']) {
    case 'object':
      return Object.fromEntries(
        Object.entries((json['properties'] ?? {}) as Record<string, Json>).map(([name, field]) => [
          name,
          sample(field, schemas),
        ]),
      )
    case 'array':
      return [sample(json['items'] as Json, schemas)]
    case 'integer':
    case 'number':
      return 1
    case 'boolean':
      return false
    case 'string':
      return 'string'
    default:
      return null
  }
}
