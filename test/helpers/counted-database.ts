/** D1 that counts what goes through it. */

export type DatabaseCounts = { d1Trips: number; rowsRead: number; rowsWritten: number }

/** The same database; round trips and the rows the database says it read and wrote are added to the counts. */
export function countedDatabase<D extends D1Database | D1DatabaseSession>(inner: D, counts: DatabaseCounts): D {
  const note = <R extends { meta?: unknown }>(result: R): R => {
    const meta = result.meta as { rows_read?: number; rows_written?: number } | undefined
    counts.rowsRead += meta?.rows_read ?? 0
    counts.rowsWritten += meta?.rows_written ?? 0
    return result
  }
  const statement = (inner: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(inner, {
      get(target, property) {
        if (property === 'inner') return target
        if (property === 'bind') return (...values: unknown[]) => statement(target.bind(...values))
        if (property === 'all' || property === 'run') {
          return async () => {
            counts.d1Trips += 1
            return note(await target[property]())
          }
        }
        // `raw` tells no rows: the app reads through `batch`, so only its trip counts.
        if (property === 'raw') {
          return async () => {
            counts.d1Trips += 1
            return (await target.raw()) as unknown
          }
        }
        const value = Reflect.get(target, property)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  return new Proxy(inner, {
    get(target, property) {
      if (property === 'withSession')
        return (at: string) => countedDatabase((target as D1Database).withSession(at), counts)
      if (property === 'prepare') return (query: string) => statement(target.prepare(query))
      if (property === 'batch') {
        return async (statements: (D1PreparedStatement & { inner?: D1PreparedStatement })[]) => {
          counts.d1Trips += 1
          return (await target.batch(statements.map(one => one.inner ?? one))).map(note)
        }
      }
      const value = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  }) as D
}
