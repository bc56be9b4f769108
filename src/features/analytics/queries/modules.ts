/** Figures of modules, from kept sums. */
import { sql } from 'drizzle-orm'
import { coursesTaughtBy } from '../../../access/teaching.ts'
import { isStaff, staffViewer } from '../../../access/viewer.ts'
import { type Given, type Names, partialStatement, type RowOf } from '../../../db/statement.ts'
import type { Page } from '../../../http/pagination.ts'
import { isInScope, ONE_ROW } from './scope.ts'

export type ModuleFilter = { course?: number; module?: number }

type Viewing = { viewerId: number } & Page
type Filter = Given<ModuleFilter>

const matching = ({ course, module }: Filter) => sql`m.deleted_at IS NULL
  AND ${course ? sql`m.course_id = ${course}` : sql`1`} AND ${module ? sql`m.id = ${module}` : sql`1`}`
const isFiltered = ({ course, module }: Filter) => course !== undefined || module !== undefined

/** Live modules `m` of the viewer's courses `c`. An index gives them in order, so that nothing beyond the page is read. */
const ofOwnCourses = ({ viewerId }: Names<Viewing>, filter: Filter) => sql`
  ${coursesTaughtBy(viewerId)} c CROSS JOIN modules m ON m.course_id = c.id
  WHERE NOT ${isStaff(viewerId)} AND ${matching(filter)}`
const ofAllCourses = ({ viewerId }: Names<Viewing>, filter: Filter) => sql`
  ${staffViewer(viewerId)} v CROSS JOIN courses c CROSS JOIN modules m ON m.course_id = c.id
  WHERE c.deleted_at IS NULL AND ${matching(filter)}`

const moduleColumns = {
  id: sql<number>`m.id`.as('id'),
  title: sql<string>`m.title`.as('title'),
  courseId: sql<number>`c.id`.as('courseId'),
  courseTitle: sql<string>`c.title`.as('courseTitle'),
  views: sql<number>`coalesce(s.view_count, 0)`.as('views'),
  completions: sql<number>`coalesce(s.completion_count, 0)`.as('completions'),
  studySeconds: sql<number>`coalesce(s.study_seconds, 0)`.as('studySeconds'),
  interactions: sql<number>`coalesce(s.interaction_count, 0)`.as('interactions'),
}

const figuresPage = partialStatement((db, viewing: Names<Viewing>, filter: Filter) => {
  const { viewerId, limit, offset } = viewing
  const columns = sql`m.id, m.course_id, m."order"`
  const inOrder = sql`course_id DESC, "order", id`
  const ids = isFiltered(filter)
    ? sql`SELECT m.id FROM modules m JOIN courses c ON c.id = m.course_id
          WHERE ${matching(filter)} AND ${isInScope(viewerId)} ORDER BY m."order", m.id LIMIT ${limit} OFFSET ${offset}`
    : sql`SELECT id FROM (
          SELECT ${columns} FROM ${ofOwnCourses(viewing, filter)}
          UNION ALL
          SELECT * FROM (SELECT ${columns} FROM ${ofAllCourses(viewing, filter)} ORDER BY c.id DESC, m."order", m.id LIMIT ${offset} + ${limit})
        ) ORDER BY ${inOrder} LIMIT ${limit} OFFSET ${offset}`
  return db
    .select(moduleColumns)
    .from(sql`modules m JOIN courses c ON c.id = m.course_id LEFT JOIN module_statistics s ON s.module_id = m.id`)
    .where(sql`m.id IN (${ids})`)
    .orderBy(sql`c.id DESC, m."order", m.id`)
})
export type ModuleFiguresRow = RowOf<typeof figuresPage>

const figuresCount = partialStatement((db, viewing: Names<Viewing>, filter: Filter) => {
  const { viewerId } = viewing
  const count = isFiltered(filter)
    ? sql<number>`(SELECT count(*) FROM modules m JOIN courses c ON c.id = m.course_id WHERE ${matching(filter)} AND ${isInScope(viewerId)})`
    : sql<number>`CASE WHEN ${isStaff(viewerId)} THEN (SELECT value FROM totals WHERE name = 'modules.live')
        ELSE (SELECT count(*) FROM ${ofOwnCourses(viewing, filter)}) END`
  return db.select({ count: count.as('count') }).from(ONE_ROW)
})

/** The newest course first, each course's modules in their order; and the count of modules. */
export const moduleFigures = (viewing: Viewing, { course, module }: ModuleFilter) =>
  [figuresPage(viewing, { course, module }), figuresCount(viewing, { course, module })] as const
