/** Values from JSON schemas: such as fit, such as lie at the bounds, and such as have no business there. */
import fc from 'fast-check'
import { HOSTILE_NUMBERS, HOSTILE_OTHERS, HOSTILE_TEXTS, HOSTILE_TIMES, Raw } from './hostile.ts'

// biome-ignore lint/suspicious/noExplicitAny: a JSON schema, of free depth
export type Schema = any

/** Something of the world, named by what it is; which one is settled when the request is sent. */
export class Ref {
  readonly kind: string
  readonly pick: number
  constructor(kind: string, pick: number) {
    this.kind = kind
    this.pick = pick
  }
}

export const ref = (kind: string): fc.Arbitrary<Ref> => fc.nat(999).map(pick => new Ref(kind, pick))

/** What a field of an id's name points at. */
const KINDS: Record<string, string> = {
  course: 'course',
  module: 'module',
  quiz: 'quiz',
  user: 'user',
  instructor: 'user',
  question: 'question',
  batch: 'batch',
  qr_code: 'code',
  qr_code_uuid: 'uuid',
  target_id: 'target',
  after: 'scan',
  refresh: 'refresh',
}
const LISTS: Record<string, string> = { target_ids: 'target', order: 'question', users: 'username' }

export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
)
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom(...HOSTILE_NUMBERS),
  fc.constantFrom(...HOSTILE_OTHERS),
)

const words = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('Trees', 'Graphs and flows', 'Ünïcode ✓', 'a, "b"; c', '=1+1', '＝1+1', '<b>bold</b>'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(isText) },
)
function isText(value: string): boolean {
  return value.trim() !== '' && !value.includes('\0')
}

/** A text of so many characters, at the bounds now and then. */
function textOf({ minLength = 0, maxLength = 10_000, format, pattern }: Schema): fc.Arbitrary<unknown> {
  if (format === 'date') return fc.constantFrom('2026-01-31', '2024-02-29', '2026-12-01', '0001-01-01', '9999-12-31')
  if (format === 'date-time')
    return fc.constantFrom(
      '2026-06-20T23:59:59Z',
      '2036-06-20T23:59:59.5+02:00',
      '1970-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
    )
  if (format === 'email') return fc.nat(99_999).map(number => `fuzz${number}@example.org`)
  if (format === 'uuid') return ref('uuid')
  if (pattern?.startsWith('^(https')) return fc.constantFrom('', 'https://x.example/p.png')
  const ofLength = (length: number) => fc.constantFrom('x', 'é', '語').map(unit => unit.repeat(length))
  return fc.oneof(
    { weight: 6, arbitrary: words.map(text => [...text].slice(0, maxLength).join('').padEnd(minLength, 'x')) },
    { weight: 1, arbitrary: ofLength(minLength) },
    { weight: 1, arbitrary: ofLength(Math.min(maxLength, 10_000)) },
  )
}

function integerOf({ minimum, maximum, exclusiveMinimum }: Schema): fc.Arbitrary<number> {
  const min = minimum ?? (exclusiveMinimum === undefined ? -1_000 : exclusiveMinimum + 1)
  const max = maximum ?? Math.max(min, 1_000)
  return fc.oneof(fc.integer({ min, max: Math.min(max, min + 20) }), fc.constantFrom(min, max))
}

/** Values that the schema takes; ids are those of the world. */
export function fitting(schema: Schema, name = ''): fc.Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((choice: Schema) => fitting(choice, name)))
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type: string) => fitting({ ...schema, type }, name)))
  const kind = KINDS[name]
  if (kind && ['integer', 'string'].includes(schema.type)) return ref(kind)
  switch (schema.type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return integerOf(schema)
    case 'number':
      return fc.oneof(integerOf(schema), fc.constantFrom(0.5, 2.25, 0.001))
    case 'string':
      return textOf(schema)
    case 'array': {
      const item = LISTS[name] ? ref(LISTS[name]) : fitting(schema.items)
      const minLength = schema.minItems ?? 0
      return fc.array(item, { minLength, maxLength: Math.max(minLength, Math.min(schema.maxItems ?? 4, 4)) })
    }
    case 'object':
      return schema.properties ? objectOf(schema) : recordOf(schema)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

const recordOf = ({ additionalProperties }: Schema) =>
  fc.dictionary(fc.constantFrom('1', '2', 'content', 'grammar', 'x'), fitting(additionalProperties), { maxKeys: 3 })

function objectOf({ properties, required = [], examples }: Schema): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, fitting(field, name)]))
  const made = fc.record(fields, { requiredKeys: required })
  // A form of which the fields depend on each other is rarely met by chance: its example is, and varied.
  if (!examples) return made
  const [example] = examples
  return fc.oneof(
    made,
    fc.constant(example),
    fc.record(fields, { requiredKeys: [] }).map(some => ({ ...example, ...some })),
  )
}

/** What is wrong at a place, by what should be there: half of the time something of its kind. */
type Evil = (schema: Schema) => unknown
const evils: fc.Arbitrary<Evil> = fc
  .record({
    any: hostileValue,
    text: hostileText,
    time: fc.constantFrom(...HOSTILE_TIMES),
    number: fc.constantFrom(...HOSTILE_NUMBERS),
    isAlike: fc.boolean(),
  })
  .map(({ any, text, time, number, isAlike }) => schema => {
    const wanted = schema?.anyOf?.[0] ?? schema
    if (!isAlike) return any
    if (wanted?.format?.startsWith('date')) return time
    if (['integer', 'number'].includes(wanted?.type)) return number
    return wanted?.type === 'string' ? text : any
  })

/** A value that fits but for one place in it, or that is quite another. */
export function unfitting(schema: Schema, fits: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.tuple(fits, fc.nat(999), evils, fc.integer({ min: 0, max: 19 })).map(([value, place, evil, how]) => {
    if (how === 0) return evil(schema)
    return spoil(value, schema, place, evil, how)
  })
}

/** Replaces, leaves out or adds something, at a place chosen by number, half of the time further down. */
function spoil(value: unknown, schema: Schema, place: number, evil: Evil, how: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Ref || value instanceof Raw) return evil(schema)
  if (Array.isArray(value)) {
    if (value.length === 0 || how === 1) return [...value, evil(schema?.items)]
    return value.with(place % value.length, spoil(value[place % value.length], schema?.items, place, evil, how))
  }
  const names = [...new Set([...Object.keys(schema?.properties ?? {}), ...Object.keys(value)])]
  const name = names[place % names.length]
  if (name === undefined || how === 1) return { ...value, extra: evil(undefined) }
  const { [name]: inner, ...rest } = value as Record<string, unknown>
  if (how === 2) return rest
  const part = schema?.properties?.[name]
  const isDeeper = how >= 10 && typeof inner === 'object' && inner !== null
  return { ...value, [name]: isDeeper ? spoil(inner, part, place >> 2, evil, how - 1) : evil(part) }
}

/** JSON, with what JSON cannot say. */
export function toJson(value: unknown): string {
  const raws: string[] = []
  const text = JSON.stringify(value, (_, part) => (part instanceof Raw ? `@raw${raws.push(part.json) - 1}@` : part))
  return text === undefined ? '' : text.replace(/"@raw(\d+)@"/g, (_, place) => raws[Number(place)] ?? '')
}
