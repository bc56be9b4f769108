/** Several statements in one transaction and one round trip: the only way to the database. */
import type { Db } from './client.ts'
import type { Statement } from './statement.ts'

export type Rows<S extends readonly Statement[]> = { [K in keyof S]: ReturnType<S[K]['rows']> }

/** @returns the rows of each statement. Joined selects must go through `distinctly`. */
export async function batch<const S extends readonly [Statement, ...Statement[]]>(
  db: Db,
  ...statements: S
): Promise<Rows<S>> {
  return (await run(db, statements)) as Rows<S>
}

/** As `batch`, with a name for each statement, in this order: for a batch whose statements depend on the case. */
export async function batchOf<const S extends Record<string, Statement>>(
  db: Db,
  statements: S,
): Promise<{ [K in keyof S]: ReturnType<S[K]['rows']> }> {
  const rows = await run(db, Object.values(statements))
  return Object.fromEntries(Object.keys(statements).map((name, place) => [name, rows[place]])) as never
}

async function run(db: Db, statements: readonly Statement[]): Promise<unknown[]> {
  const send = (all: readonly Statement[]) => db.batch(all.map(({ text, values }) => db.prepare(text).bind(...values)))
  const results = await (db.guard ? db.guard.around(statements, send) : send(statements))
  return results.map((result, place) => statements[place]?.rows(result))
}
