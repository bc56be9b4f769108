/** Several statements in one transaction and one round trip: the only way to the database. */
import type { Db } from './client.ts'
import { WAITING_WEBHOOKS, webhookIdsOf } from './outbox.ts'
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

/** A batch that can cause an event also reads which webhooks have messages now, so that nobody has to ask for it later. */
async function run(db: Db, statements: readonly Statement[]): Promise<unknown[]> {
  const send = async (all: readonly Statement[]) => {
    const prepared = all.map(({ text, values }) => db.prepare(text).bind(...values))
    if (!db.onOutbox || !all.some(({ mayCauseEvents }) => mayCauseEvents)) return db.batch(prepared)
    const results = await db.batch([...prepared, db.prepare(WAITING_WEBHOOKS)])
    const webhookIds = webhookIdsOf(results.pop())
    if (webhookIds.length > 0) db.onOutbox(webhookIds)
    return results
  }
  const results = await (db.guard ? db.guard.around(statements, send) : send(statements))
  return results.map((result, place) => statements[place]?.rows(result))
}
