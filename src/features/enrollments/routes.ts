import * as z from 'zod'
import { sees } from '../../access/courses.ts'
import { requireTeacher } from '../../access/teaching.ts'
import { asViewer } from '../../access/viewer.ts'
import { batch, batchOf } from '../../db/batch.ts'
import type { Api } from '../../http/api.ts'
import { notFound, ruleViolation } from '../../http/errors.ts'
import { object, queryId, toDate } from '../../http/fields.ts'
import { cursorQuery, pageBodyById, pageOf, pageQuery } from '../../http/pagination.ts'
import { recordActivityIfChanged } from '../activities/queries.ts'
import { courseBySlug } from '../courses/queries.ts'
import { slugParams } from '../courses/schemas.ts'
import { admit, COURSE_FULL } from './admission.ts'
import {
  activeEnrollments,
  completeOnReturn,
  dropEnrollment,
  enrollmentBySlug,
  enrollmentIn,
  takeSeat,
  taughtEnrollments,
} from './queries.ts'
import { Enrollment, EnrollmentPage, enrollmentStatus, toEnrollment } from './schemas.ts'

const tag = 'Courses & Enrollments'

export function enrollmentRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/courses/{slug}/enroll/',
      tag,
      summary: 'Enroll in a course',
      description:
        'Safe to repeat. After dropping, the enrollment comes back with its progress, completed if all of its modules are.',
      token: 'write',
      about: ['slug', 'slug'],
      params: slugParams,
      responses: { 201: Enrollment, 200: Enrollment },
      refuses: {
        400: 'Not published, past its end date, or full',
        403: 'Restricted and neither enrolled by its instructor nor an access code scanned; or removed by its instructor',
      },
    },
    async ({ params, caller, db, now, json }) => {
      const [viewer, [row], [state]] = await asViewer(
        db,
        caller,
        courseBySlug({ slug: params.slug }),
        enrollmentBySlug({ userId: caller.userId, slug: params.slug }),
      )
      const course = admit(viewer, row, state, toDate(now))
      const event = { userId: viewer.id, type: 'course_enroll', targetId: course.id, courseId: course.id } as const
      const {
        taken: [seat],
        current: [enrollment],
      } = await batchOf(db, {
        taken: takeSeat({ userId: viewer.id, courseId: course.id, now }),
        recorded: recordActivityIfChanged(event, now),
        ...(state && { completed: completeOnReturn({ userId: viewer.id, courseId: course.id, now }) }),
        current: enrollmentIn({ userId: viewer.id, courseId: course.id }),
      })
      if (!enrollment || enrollment.status === 'dropped') throw ruleViolation('course_full', COURSE_FULL)
      return json(seat ? 201 : 200, toEnrollment(enrollment))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/courses/{slug}/unenroll/',
      tag,
      summary: 'Unenroll from a course',
      description: 'Gives the seat back; progress is kept for a return.',
      token: 'write',
      about: ['slug', 'slug'],
      params: slugParams,
      responses: { 204: null },
      refuses: { 400: 'Not enrolled, or already completed' },
    },
    async ({ params, caller, db, empty }) => {
      const [viewer, [course], [state]] = await asViewer(
        db,
        caller,
        courseBySlug({ slug: params.slug }),
        enrollmentBySlug({ userId: caller.userId, slug: params.slug }),
      )
      // An enrolled learner may leave, even a course that was taken back to draft.
      if (!course || (!state && !sees(viewer, course))) throw notFound()
      if (state?.status === 'completed')
        throw ruleViolation('enrollment_completed', 'A completed course cannot be left.')
      const [[dropped]] = await batch(db, dropEnrollment({ userId: viewer.id, courseId: course.id }))
      if (!dropped) throw ruleViolation('not_enrolled', 'You are not enrolled in this course.')
      return empty(204)
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/courses/enrolled/',
      tag,
      summary: 'List enrolled courses',
      description: 'Your active enrollments, newest first.',
      token: 'read',
      responses: { 200: z.array(Enrollment) },
    },
    async ({ caller, db, json }) => {
      const [, rows] = await asViewer(db, caller, activeEnrollments({ userId: caller.userId }))
      return json(200, rows.map(toEnrollment))
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/enrollments/',
      tag,
      summary: 'List all enrollments',
      description: 'Of your own courses; for staff of all. Newest first.',
      token: 'read',
      about: ['course', 'course'],
      query: object(() => ({
        course: queryId().optional(),
        user: queryId().optional(),
        status: enrollmentStatus.optional(),
        ...pageQuery,
        ...cursorQuery,
      })),
      responses: { 200: EnrollmentPage },
      refuses: { 403: 'Instructors only' },
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const taught = taughtEnrollments({ viewerId: caller.userId, ...page }, query)
      const [viewer, rows, [total]] = await asViewer(db, caller, ...taught)
      requireTeacher(viewer)
      return json(
        200,
        pageBodyById(c, page, total?.count ?? 0, rows.map(toEnrollment), ({ id }) => id),
      )
    },
  )
}
