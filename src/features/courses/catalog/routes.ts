import { isPublic } from '../../../access/courses.ts'
import { batch } from '../../../db/batch.ts'
import type { Api } from '../../../http/api.ts'
import { notFound } from '../../../http/errors.ts'
import { object } from '../../../http/fields.ts'
import { countFor, cursorQuery, pageBody, pageBodyById, pageOf, pageQuery } from '../../../http/pagination.ts'
import { courseBySlug } from '../queries.ts'
import { Course, CourseMatchPage, CoursePage, enrollmentType, slugParams, toCourse } from '../schemas.ts'
import { CATALOG_CACHE } from './cache.ts'
import { catalog, catalogCount, search, searchCount } from './queries.ts'
import { searchQuery } from './search.ts'

const tag = 'Courses & Enrollments'

export function catalogRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/courses/catalog/',
      tag,
      summary: 'List published courses',
      description: 'Newest first. `count` and `is_full` may be 30 seconds old.',
      access: 'public',
      consistency: 'any',
      cache: CATALOG_CACHE,
      query: object(() => ({ enrollment_type: enrollmentType.optional(), ...pageQuery, ...cursorQuery })),
      responses: { 200: CoursePage },
    },
    async ({ query, db, now, c, json }) => {
      const page = pageOf(query)
      const [rows, [total]] = await batch(
        db,
        catalog(query.enrollment_type ?? 'any', page),
        countFor(page, catalogCount(query.enrollment_type ?? 'any', {})),
      )
      return json(
        200,
        pageBodyById(
          c,
          page,
          total?.count ?? 0,
          rows.map(row => toCourse(row, now)),
          ({ id }) => id,
        ),
      )
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/courses/catalog/search/',
      tag,
      summary: 'Search published courses',
      description:
        'Words and beginnings of words over title and description, accents and case ignored; all must occur. Courses ' +
        'with every word in the title come first, then the newest. Ranks the newest 1,000 matches, so `count` is at most 1,000.',
      access: 'public',
      consistency: 'any',
      cache: CATALOG_CACHE,
      query: object(() => ({ q: searchQuery(), ...pageQuery })),
      responses: { 200: CourseMatchPage },
    },
    async ({ query, db, now, c, json }) => {
      const page = pageOf(query)
      const [rows, [total]] = await batch(db, search(query.q, page), searchCount(query.q))
      return json(
        200,
        pageBody(
          c,
          page,
          total?.count ?? 0,
          rows.map(row => toCourse(row, now)),
        ),
      )
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/courses/catalog/{slug}/',
      tag,
      summary: 'Get a published course',
      description: 'By its slug, or a former one: the answer has the present one. It may be 30 seconds old.',
      access: 'public',
      consistency: 'any',
      cache: CATALOG_CACHE,
      params: slugParams,
      responses: { 200: Course },
    },
    async ({ params, db, now, json }) => {
      const [[course]] = await batch(db, courseBySlug({ slug: params.slug }))
      if (!course || !isPublic(course)) throw notFound()
      return json(200, toCourse(course, now))
    },
  )
}
