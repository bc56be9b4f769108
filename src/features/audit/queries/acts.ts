/** The SQL by which an act is recorded, in the batch of the act itself. */

import { type SQL, sql } from 'drizzle-orm'
import { courseOf } from '../../../access/tokens.ts'
import { audit } from '../../../db/schema/audit.ts'
import { type Builder, type Names, statements, type Value } from '../../../db/statement.ts'

export type Action = (typeof audit.$inferSelect)['action']

type Act = {
  actorId: Value
  action: Action
  /** Unix seconds. */
  now: Value
  targetId: Value
  userId?: Value
  courseId?: Value
  /** Pieces of SQL that make JSON objects. */
  old?: Value
  new?: Value
  deliveryId?: Value
}

const NOTHING = sql`NULL`

/**
 * Records one act for each row. It stands before the change in the batch, so that it reads what is changed.
 * @param rest of the `SELECT`, from `FROM` or `WHERE` on
 */
export function insertActs(db: Builder, act: Act, rest: SQL) {
  const { actorId, action, now, targetId, userId = NOTHING, courseId = NOTHING, deliveryId = NOTHING } = act
  return db.insert(audit).select(
    sql`SELECT NULL, ${now}, ${actorId}, ${action}, ${userId}, ${courseId}, ${targetId}, ${act.old ?? NOTHING},
      ${act.new ?? NOTHING}, ${deliveryId} ${rest}`,
  )
}

/** A boolean column as JSON. */
export const asJsonFlag = (flag: Value) => sql`json(iif(${flag}, 'true', 'false'))`

/** Points of a column in 10⁻⁹, as the API writes them. */
export const asPoints = (nano: Value) => sql`${nano} / 1e9`

/** What is deleted by one statement, with what says that it is not deleted yet. */
const DELETED = {
  course: { table: sql`courses`, isLive: sql`t.deleted_at IS NULL` },
  module: { table: sql`modules`, isLive: sql`t.deleted_at IS NULL` },
  quiz: { table: sql`quizzes`, isLive: sql`t.deleted_at IS NULL` },
  question: { table: sql`questions`, isLive: sql`t.retired_at IS NULL` },
  code: { table: sql`qr_codes`, isLive: sql`t.deleted_at IS NULL` },
}
type ActOn = { actorId: number; id: number; now: number }

export const recordDeletion = statements((db, { actorId, id, now }: Names<ActOn>, kind: keyof typeof DELETED) => {
  const { table, isLive } = DELETED[kind]
  const act = {
    actorId,
    action: `${kind}.deleted`,
    now,
    targetId: sql`t.id`,
    courseId: courseOf(kind, sql`t.id`),
  } as const
  return insertActs(db, act, sql`FROM ${table} t WHERE t.id = ${id} AND ${isLive}`)
})

export const recordRestoration = statements(
  (db, { actorId, id, now }: Names<ActOn>, kind: 'course' | 'module' | 'quiz') => {
    const { table, isLive } = DELETED[kind]
    const act = {
      actorId,
      action: `${kind}.restored`,
      now,
      targetId: sql`t.id`,
      courseId: courseOf(kind, sql`t.id`),
    } as const
    return insertActs(db, act, sql`FROM ${table} t WHERE t.id = ${id} AND NOT (${isLive})`)
  },
)
