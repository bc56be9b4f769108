/** The SQL of published courses, which everybody may list and search. */

import { type SQL, sql } from 'drizzle-orm'
import { courses } from '../../../db/schema/courses.ts'
import { type Names, statement, statements, type Value } from '../../../db/statement.ts'
import type { Page } from '../../../http/pagination.ts'
import { coursesIn, ONE_ROW, OPEN_AND_RESTRICTED, selectCourses, totalOf } from '../queries.ts'
import { searchExpression } from './search.ts'

/** A search ranks and counts only this many of the newest matches, so that a common word costs no more than a rare one. */
const MAX_RANKED = 1_000

// Literals instead of bound values, because SQLite then sees that a partial index serves the query.
const isPublished = sql`${courses.deletedAt} IS NULL AND ${courses.status} = 'published'`

type EnrollmentType = 'open' | 'restricted'

export const catalog = statements(
  (db, { limit, offset, before }: Names<Page>, enrollmentType: EnrollmentType | 'any') => {
    const ofType = enrollmentType === 'any' ? sql`1` : sql`${courses.enrollmentType} = ${enrollmentType}`
    return coursesIn(
      db,
      sql`SELECT ${courses.id} FROM ${courses} WHERE ${isPublished} AND ${ofType} AND ${courses.id} < ${before} ORDER BY ${courses.id} DESC LIMIT ${limit} OFFSET ${offset}`,
    )
  },
)

export const catalogCount = statements((db, _: Names<object>, enrollmentType: EnrollmentType | 'any') =>
  db
    .select({
      count: totalOf(enrollmentType === 'any' ? OPEN_AND_RESTRICTED : [`courses.published.${enrollmentType}`]).as(
        'count',
      ),
    })
    .from(ONE_ROW),
)

/** The newest courses that match every word; `in_title` marks those with all words in the title, which rank first. */
function matches({ expression, inTitle }: Names<Expressions>): SQL {
  const newest = (match: Value) =>
    sql`SELECT rowid FROM course_search WHERE course_search MATCH ${match} ORDER BY rowid DESC LIMIT ${MAX_RANKED}`
  return sql`SELECT rowid AS id, rowid IN (${newest(inTitle)}) AS in_title FROM (${newest(expression)})`
}
type Expressions = { expression: string; inTitle: string }

const searchPage = statement((db, parameters: Names<Expressions & Page>) =>
  selectCourses(db)
    .innerJoin(
      sql`(${matches(parameters)} ORDER BY in_title DESC, id DESC LIMIT ${parameters.limit} OFFSET ${parameters.offset}) AS found`,
      sql`found.id = ${courses.id}`,
    )
    .orderBy(sql`found.in_title DESC`, sql`found.id DESC`),
)
const searchMatchCount = statement((db, parameters: Names<Expressions>) =>
  db.select({ count: sql<number>`(SELECT count(*) FROM (${matches(parameters)}))`.as('count') }).from(ONE_ROW),
)

/** Expressions for the full-text index. Text without a word becomes an empty phrase, which matches nothing. */
function expressions(typed: string): Expressions {
  const expression = searchExpression(typed) ?? '""'
  return { expression, inTitle: `title : (${expression})` }
}

export const search = (typed: string, page: Page) => searchPage({ ...expressions(typed), ...page })
export const searchCount = (typed: string) => searchMatchCount(expressions(typed))
