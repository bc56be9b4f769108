/**
 * Makes named components of everything that the schemas of an OpenAPI document spell out in place: bodies, pages, objects in
 * objects, members of unions, sets of values. Generators then make one type of each and give it a name that people can read.
 */
import { ENUM_NAMES, SHORT_NAMES } from './operations.ts'

export type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

export const refTo = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const nameIn = (ref: unknown) => String(ref).split('/').at(-1) ?? ''
export const pascalCase = (name: string) =>
  name.replace(/(^|_)([a-z])/g, (_, _separator: string, letter: string) => letter.toUpperCase())
const singular = (name: string) =>
  name
    .replace(/ies$/, 'y')
    .replace(/zzes$/, 'z')
    .replace(/([^s])s$/, '$1')

/** What is said of a schema where it stands, and not of the component that it refers to. */
const SAID_IN_PLACE = ['description', 'examples', 'default']
const enumNames = new Map(Object.entries(ENUM_NAMES).map(([name, values]) => [JSON.stringify(values), name]))

export class Components {
  readonly schemas: Record<string, Json> = {}
  /** Names by the JSON of what they stand for, so that equal schemas share one. */
  private readonly names = new Map<string, string>()

  /** @param named schemas that have names already; those inside of them get theirs */
  constructor(named: Record<string, Json>) {
    for (const [name, schema] of Object.entries(named)) this.names.set(JSON.stringify(bare(schema)), name)
    for (const [name, schema] of Object.entries(named)) this.schemas[name] = this.partsNamed(schema, name)
  }

  /** A reference to the schema as a component, by this name or, where an equal one is there, by its name. */
  named(schema: Json, place: string): Json {
    const name = shortened(place)
    const inPlace = Object.fromEntries(SAID_IN_PLACE.flatMap(word => (word in schema ? [[word, schema[word]]] : [])))
    if (schema['$ref']) return { $ref: schema['$ref'], ...inPlace }
    const key = JSON.stringify(bare(schema))
    const known = this.names.get(key)
    if (known === undefined) {
      if (this.schemas[name]) throw new Error(`Two schemas would be named ${name}`)
      this.names.set(key, name)
      this.schemas[name] = this.partsNamed(bare(schema), name)
    }
    return { ...refTo(known ?? name), ...inPlace }
  }

  /** The schema with a reference instead of each object, union and set of values that is spelled out in it. */
  partsNamed(schema: Json, name: string): Json {
    const result = { ...schema }
    if (isObject(schema['properties'])) {
      result['properties'] = Object.fromEntries(
        Object.entries(schema['properties']).map(([field, part]) => [
          field,
          this.part(part as Json, `${name}${pascalCase(field)}`),
        ]),
      )
    }
    if (isObject(schema['items'])) result['items'] = this.part(schema['items'], singular(name))
    if (isObject(schema['additionalProperties']))
      result['additionalProperties'] = this.part(schema['additionalProperties'], singular(name))
    for (const union of ['anyOf', 'oneOf']) {
      if (!Array.isArray(schema[union])) continue
      const members = schema[union].map((member: Json) => this.part(member, memberName(member, name)))
      result[union] = members
      const mapping = discriminated(schema[union], members)
      if (mapping) result['discriminator'] = { propertyName: 'type', mapping }
    }
    return result
  }

  private part(schema: Json, name: string): Json {
    const { component, ...rest } = schema
    if (typeof component === 'string') return this.named({ ...rest, ...refTo(component) }, component)
    if (Array.isArray(schema['enum'])) return this.named(schema, enumName(schema['enum']))
    if (schema['type'] === 'object' && schema['properties']) return this.named(schema, name)
    return this.partsNamed(schema, name)
  }
}

const shortened = (place: string) => {
  const [start, name] = Object.entries(SHORT_NAMES).find(([start]) => place.startsWith(start)) ?? ['', '']
  return name + place.slice(start.length)
}

function bare(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([word]) => !SAID_IN_PLACE.includes(word)))
}

/** @throws for a set of values without a name */
function enumName(values: unknown[]): string {
  const name = enumNames.get(JSON.stringify(values))
  if (name === undefined) throw new Error(`${JSON.stringify(values)} has no name: give it one in src/dev/operations.ts`)
  return name
}

const typeOf = (member: Json) => {
  const type = (member['properties'] as Json | undefined)?.['type'] as Json | undefined
  return typeof type?.['const'] === 'string' ? type['const'] : null
}

/** `MultipleChoiceQuestion` of `Question`, by the constant `type` of the member. */
function memberName(member: Json, union: string): string {
  const type = typeOf(member)
  return type === null ? union : `${pascalCase(type)}${union}`
}

function discriminated(members: Json[], named: Json[]): Json | null {
  const types = members.map(typeOf)
  if (types.length < 2 || types.some(type => type === null)) return null
  return Object.fromEntries(
    types.map((type, place) => [type, `#/components/schemas/${nameIn(named[place]?.['$ref'])}`]),
  )
}
