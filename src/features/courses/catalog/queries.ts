/** What everybody may find: published courses. */
import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import { courses } from '../../../db/schema/courses.ts'
import type { Page } from '../../../http/pagination.ts'
import { coursesIn, ONE_ROW, OPEN_AND_RESTRICTED, selectCourses, totalOf } from '../queries.ts'
import { searchExpression } from './search.ts'

/** A search ranks, and counts, at most this many of the newest matches: a common word costs no more than a rare one. */
const MAX_RANKED = 1_000

// Literals, not bound values: only so does SQLite see that a partial index serves the query.
const isPublished = sql`${courses.deletedAt} IS NULL AND ${courses.status} = 'published'`

type EnrollmentType = 'open' | 'restricted'

export function catalog(db: Db, enrollmentType: EnrollmentType | undefined, { limit, offset }: Page) {
  const ofType = enrollmentType === undefined ? sql`1` : sql`${courses.enrollmentType} = ${enrollmentType}`
  return coursesIn(
    db,
    sql`SELECT ${courses.id} FROM ${courses} WHERE ${isPublished} AND ${ofType} ORDER BY ${courses.id} DESC LIMIT ${limit} OFFSET ${offset}`,
  )
}

export const catalogCount = (db: Db, enrollmentType: EnrollmentType | undefined) =>
  db
    .select({
      count: totalOf(enrollmentType === undefined ? OPEN_AND_RESTRICTED : [`courses.published.${enrollmentType}`]).as(
        'count',
      ),
    })
    .from(ONE_ROW)

/** The newest matches of every word, and which of them have all the words in the title: those rank first. */
function matches(typed: string): SQL {
  const expression = searchExpression(typed)
  if (expression === null) return sql`SELECT NULL AS id, 0 AS in_title WHERE 0`
  const newest = (match: string) =>
    sql`SELECT rowid FROM course_search WHERE course_search MATCH ${match} ORDER BY rowid DESC LIMIT ${MAX_RANKED}`
  return sql`SELECT rowid AS id, rowid IN (${newest(`title : (${expression})`)}) AS in_title FROM (${newest(expression)})`
}

export const search = (db: Db, typed: string, { limit, offset }: Page) =>
  selectCourses(db)
    .innerJoin(
      sql`(${matches(typed)} ORDER BY in_title DESC, id DESC LIMIT ${limit} OFFSET ${offset}) AS found`,
      sql`found.id = ${courses.id}`,
    )
    .orderBy(sql`found.in_title DESC`, sql`found.id DESC`)

export const searchCount = (db: Db, typed: string) =>
  db.select({ count: sql<number>`(SELECT count(*) FROM (${matches(typed)}))`.as('count') }).from(ONE_ROW)
