/** What everybody may find: published courses. */

import { type SQL, sql } from 'drizzle-orm'
import { courses } from '../../../db/schema/courses.ts'
import { type Names, statement, statements, type Value } from '../../../db/statement.ts'
import type { Page } from '../../../http/pagination.ts'
import { coursesIn, ONE_ROW, OPEN_AND_RESTRICTED, selectCourses, totalOf } from '../queries.ts'
import { searchExpression } from './search.ts'

/** A search ranks, and counts, at most this many of the newest matches: a common word costs no more than a rare one. */
const MAX_RANKED = 1_000

// Literals, not bound values: only so does SQLite see that a partial index serves the query.
const isPublished = sql`${courses.deletedAt} IS NULL AND ${courses.status} = 'published'`

type EnrollmentType = 'open' | 'restricted'

export const catalog = statements((db, { limit, offset }: Names<Page>, enrollmentType: EnrollmentType | 'any') => {
  const ofType = enrollmentType === 'any' ? sql`1` : sql`${courses.enrollmentType} = ${enrollmentType}`
  return coursesIn(
    db,
    sql`SELECT ${courses.id} FROM ${courses} WHERE ${isPublished} AND ${ofType} ORDER BY ${courses.id} DESC LIMIT ${limit} OFFSET ${offset}`,
  )
})

export const catalogCount = statements((db, _: Names<object>, enrollmentType: EnrollmentType | 'any') =>
  db
    .select({
      count: totalOf(enrollmentType === 'any' ? OPEN_AND_RESTRICTED : [`courses.published.${enrollmentType}`]).as(
        'count',
      ),
    })
    .from(ONE_ROW),
)

/**
 * The newest matches of every word, and which of them have all the words in the title: those rank first.
 */
function matches({ expression, inTitle }: Names<Expressions>): SQL {
  const newest = (match: Value) =>
    sql`SELECT rowid FROM course_search WHERE course_search MATCH ${match} ORDER BY rowid DESC LIMIT ${MAX_RANKED}`
  return sql`SELECT rowid AS id, rowid IN (${newest(inTitle)}) AS in_title FROM (${newest(expression)})`
}
type Expressions = { expression: string; inTitle: string }

const found = statement((db, wanted: Names<Expressions & Page>) =>
  selectCourses(db)
    .innerJoin(
      sql`(${matches(wanted)} ORDER BY in_title DESC, id DESC LIMIT ${wanted.limit} OFFSET ${wanted.offset}) AS found`,
      sql`found.id = ${courses.id}`,
    )
    .orderBy(sql`found.in_title DESC`, sql`found.id DESC`),
)
const foundCount = statement((db, wanted: Names<Expressions>) =>
  db.select({ count: sql<number>`(SELECT count(*) FROM (${matches(wanted)}))`.as('count') }).from(ONE_ROW),
)

/** Of the full-text index. Of what has no word in it nothing is found: a phrase without a word matches nothing. */
function expressions(typed: string): Expressions {
  const expression = searchExpression(typed) ?? '""'
  return { expression, inTitle: `title : (${expression})` }
}

export const search = (typed: string, page: Page) => found({ ...expressions(typed), ...page })
export const searchCount = (typed: string) => foundCount(expressions(typed))
