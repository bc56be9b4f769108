/**
 * A query is a value: described by its parameters, built once in an isolate's life, bound for each request. Building a query's
 * text anew would cost 80 µs, binding a built one costs a fraction of one.
 */
import { fillPlaceholders, type Placeholder, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { type Builder, builder, type Prepared } from './builder.ts'
import { mayCauseEvents } from './outbox.ts'
import { rowReader } from './rows.ts'

export type { Builder } from './builder.ts'

type Query = BatchItem<'sqlite'>
type Result<Q extends Query> = Q['_']['result']

/** A query with its parameters, ready for `batch`. */
export type Statement<Rows = unknown> = {
  readonly text: string
  readonly values: readonly unknown[]
  /** Whether triggers may write messages of webhooks when it runs. */
  readonly mayCauseEvents: boolean
  /** Reads the answer of D1 as the rows that the query describes. */
  rows(result: D1Result): Rows
}

/** The parameters of a query by name. Each may stand wherever a value may. */
export type Names<P> = { readonly [K in keyof P]: Placeholder<K & string, P[K]> }

/** The rows of a described query. */
export type RowsOf<S extends (...given: never[]) => Statement> = ReturnType<ReturnType<S>['rows']>
/** One of them. */
export type RowOf<S extends (...given: never[]) => Statement> = RowsOf<S> extends readonly (infer Row)[] ? Row : never

// Every name is there, and the type says which ones a query has. So they cannot be spread.
const names = new Proxy(
  {},
  {
    get: (_, name: string) => sql.placeholder(name),
    ownKeys: () => {
      throw new TypeError('Parameters of a statement are named one by one.')
    },
  },
)

/**
 * Describes a query. In `where`, `values` and `sql` a parameter stands as it is, in `set` inside `sql`. A list or an object is
 * bound as JSON: `IN (SELECT value FROM json_each(${ids}))`. Nothing of a request may be read while building, but parameters.
 */
export function statement<P extends object, Q extends Query>(
  build: (db: Builder, parameters: Names<P>) => Q,
): (parameters: P) => Statement<Result<Q>> {
  let built: Built | undefined
  return parameters => {
    built ??= prepared(build(builder, names as Names<P>))
    return bound(built, parameters)
  }
}

/** Of one query. A field more doubles the shapes of an update, and each takes some kilobytes. */
const SHAPES_AT_MOST = 500

/** Describes a query whose shape depends on the case, and not only its values. One text is built for each shape. */
export function statements<K extends string, P extends object, Q extends Query>(
  build: (db: Builder, parameters: Names<P>, shape: K) => Q,
): (shape: K, parameters: P) => Statement<Result<Q>> {
  const shapes = new Map<K, (parameters: P) => Statement<Result<Q>>>()
  return (shape, parameters) => {
    let known = shapes.get(shape)
    if (!known) {
      if (shapes.size === SHAPES_AT_MOST) shapes.clear()
      known = statement<P, Q>((db, own) => build(db, own, shape))
      shapes.set(shape, known)
    }
    return known(parameters)
  }
}

/** Values that may be given or not, each as a parameter where it is given. */
export type Given<V> = { readonly [K in keyof V]: SQL<Exclude<V[K], undefined>> }

/**
 * Describes a query of the values that happen to be given, and of parameters as in `statement`. One text is built for each set
 * of names. An undefined value counts as not given.
 */
export function partialStatement<P extends object, V extends object, Q extends Query>(
  build: (db: Builder, parameters: Names<P>, given: Given<V>) => Q,
): (parameters: P, values: V) => Statement<Result<Q>> {
  const described = statements((db, own: Names<P>, shape: string) => {
    const given = shape.split(' ').filter(name => name !== '')
    const parameters = given.map(name => [name, sql`${sql.placeholder(`given ${name}`)}`])
    return build(db, own, Object.fromEntries(parameters) as Given<V>)
  })
  return (parameters, values) => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined)
    const bindings = Object.fromEntries(given.map(([name, value]) => [`given ${name}`, value]))
    return described(given.map(([name]) => name).join(' '), { ...parameters, ...bindings })
  }
}

type Built = { text: string; params: unknown[]; mayCauseEvents: boolean; rows: (result: D1Result) => never }

/** The text of a query, its parameters in their order, and how its rows are read. */
function prepared(query: Query): Built {
  const { text, params, fields } = (query as unknown as { prepare(): Prepared }).prepare()
  return {
    text,
    params,
    mayCauseEvents: mayCauseEvents(text),
    rows: rowReader(fields) as (result: D1Result) => never,
  }
}

const bound = ({ text, params, mayCauseEvents, rows }: Built, parameters: object): Statement<never> => ({
  text,
  values: fillPlaceholders(params, parameters as Record<string, unknown>).map(asBound),
  mayCauseEvents,
  rows,
})

const asBound = (value: unknown) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value)

/** Anything that a statement takes a value from: a parameter, a column, or a piece of SQL. */
export type Value = SQLWrapper
/** The right side of `IN` for a list in one parameter. */
export const listed = (list: Value) => sql`(SELECT value FROM json_each(${list}))`
