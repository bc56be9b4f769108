import * as z from 'zod'
import { asViewer, batch, batchOf } from '../../db/read.ts'
import type { Api } from '../../http/api.ts'
import { failedOn, notFound, Refusal, ruledOut } from '../../http/errors.ts'
import { pathId, queryId, toDate } from '../../http/fields.ts'
import { pageBody, pageOf, pageQuery } from '../../http/pagination.ts'
import { recordActivity } from '../activities/queries.ts'
import { requireManaged, requireTeacher, sees } from '../courses/access.ts'
import { courseById, courseBySlug } from '../courses/queries.ts'
import { keyOf } from '../users/keys.ts'
import { admit, COURSE_FULL } from './admission.ts'
import { fails, type Planned, planBulkEnrollment } from './bulk.ts'
import {
  activeEnrollments,
  candidates,
  completeAllReturned,
  completeOnReturn,
  dropEnrollment,
  type EnrollmentRow,
  enrollAll,
  enrollmentBySlug,
  enrollmentIn,
  enrollmentOf,
  enrollmentsOfUsers,
  removeEnrollment,
  takeSeat,
  taughtEnrollments,
} from './queries.ts'
import {
  BulkEnrollment,
  BulkEnrollmentInput,
  Enrollment,
  EnrollmentPage,
  enrollmentStatus,
  toEnrollment,
} from './schemas.ts'

const tag = 'Courses & Enrollments'
const slugParams = z.object({ slug: z.string().meta({ examples: ['introduction-to-programming'] }) })

export function enrollmentRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/courses/{slug}/enroll/',
      tag,
      summary: 'Enroll in a course',
      description:
        'Safe to repeat. After dropping, the enrollment comes back with its progress, completed if all of its modules are.',
      params: slugParams,
      responses: { 201: Enrollment, 200: Enrollment },
      refuses: {
        400: 'Not published, past its end date, or full',
        403: 'Restricted and neither enrolled by its instructor nor an access code scanned; or removed by its instructor',
      },
    },
    async ({ params, caller, db, now, json }) => {
      const [viewer, [found], [state]] = await asViewer(
        db,
        caller,
        courseBySlug(db, params.slug),
        enrollmentBySlug(db, caller.userId, params.slug),
      )
      const { course } = admit(viewer, found, state, toDate(now))
      const event = { userId: viewer.id, type: 'course_enroll', targetId: course.id, courseId: course.id } as const
      const {
        taken: [seat],
        found: [enrollment],
      } = await batchOf(db, {
        taken: takeSeat(db, viewer.id, course.id, now),
        recorded: recordActivity(db, event, now, 'changed'),
        ...(state?.status === 'dropped' && { completed: completeOnReturn(db, viewer.id, course.id, now) }),
        found: enrollmentIn(db, viewer.id, course.id),
      })
      if (!enrollment || enrollment.status === 'dropped') throw ruledOut(COURSE_FULL)
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
      params: slugParams,
      responses: { 204: null },
      refuses: { 400: 'Not enrolled, or already completed' },
    },
    async ({ params, caller, db, empty }) => {
      const [viewer, [course], [state]] = await asViewer(
        db,
        caller,
        courseBySlug(db, params.slug),
        enrollmentBySlug(db, caller.userId, params.slug),
      )
      // Who is enrolled may leave, even a course that was taken back to draft.
      if (!course || (!state && !sees(viewer, course))) throw notFound()
      if (state?.status === 'completed') throw ruledOut('A completed course cannot be left.')
      const [[dropped]] = await batch(db, dropEnrollment(db, viewer.id, course.id))
      if (!dropped) throw ruledOut('You are not enrolled in this course.')
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
      responses: { 200: z.array(Enrollment) },
    },
    async ({ caller, db, json }) => {
      const [, rows] = await asViewer(db, caller, activeEnrollments(db, caller.userId))
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
      query: z.object({
        course: queryId().optional(),
        user: queryId().optional(),
        status: enrollmentStatus.optional(),
        ...pageQuery,
      }),
      responses: { 200: EnrollmentPage },
      refuses: { 403: 'Instructors only' },
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const taught = taughtEnrollments(db, caller.userId, query, page)
      const [viewer, rows, [total]] = await asViewer(db, caller, taught.rows, taught.count)
      requireTeacher(viewer)
      return json(200, pageBody(c, page, total?.count ?? 0, rows.map(toEnrollment)))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/courses/{id}/enrollments/',
      tag,
      summary: 'Enroll learners',
      description:
        'By username or email address, up to 500, all or none: if any row fails, the answer is 400 with the same rows ' +
        'and nobody is enrolled.',
      params: z.object({ id: pathId() }),
      body: BulkEnrollmentInput,
      responses: { 200: BulkEnrollment },
      refuses: { 403: "Not the course's instructor" },
    },
    async ({ params, body, caller, db, now, json }) => {
      const [viewer, [row], [own], found] = await asViewer(
        db,
        caller,
        courseById(db, params.id),
        enrollmentOf(db, caller.userId, params.id),
        candidates(db, params.id, body.users.map(keyOf)),
      )
      const course = requireManaged(viewer, row, own?.status)
      if (course.status !== 'published') throw ruledOut('Only a published course takes enrollments.')
      const plan = planBulkEnrollment(body.users, found, course)
      if (plan.some(fails)) throw refuseBulk(plan)
      const newcomers = plan.flatMap(({ userId, status }) => (status === 'enrolled' && userId !== null ? [userId] : []))
      const returning = found.flatMap(({ id, enrollment }) => (enrollment === 'dropped' ? [id] : []))
      const [, , rows] = await batch(
        db,
        enrollAll(db, course.id, newcomers, now),
        completeAllReturned(db, course.id, returning, now),
        enrollmentsOfUsers(
          db,
          course.id,
          plan.flatMap(({ userId }) => userId ?? []),
        ),
      ).catch(error => {
        // Somebody took the last seats since they were counted.
        if (failedOn(error, 'COURSE_FULL')) throw refuseBulk(plan.map(outOfSeats))
        throw error
      })
      return json(200, { results: bulkRows(plan, rows) })
    },
  )

  api.route(
    {
      method: 'delete',
      path: '/api/courses/{id}/enrollments/{enrollment_id}/',
      tag,
      summary: 'Remove a learner',
      description: 'The learner cannot enroll alone again; the instructor can undo it by enrolling them.',
      params: z.object({ id: pathId(), enrollment_id: pathId() }),
      responses: { 204: null },
      refuses: { 403: "Not the course's instructor" },
    },
    async ({ params, caller, db, now, empty }) => {
      const [viewer, [row], [own]] = await asViewer(
        db,
        caller,
        courseById(db, params.id),
        enrollmentOf(db, caller.userId, params.id),
      )
      const course = requireManaged(viewer, row, own?.status)
      const [[removed]] = await batch(db, removeEnrollment(db, course.id, params.enrollment_id, now))
      if (!removed) throw notFound()
      return empty(204)
    },
  )
}

const outOfSeats = (row: Planned): Planned => (row.status === 'enrolled' ? { ...row, status: 'course_full' } : row)

const refuseBulk = (plan: Planned[]) => new Refusal(400, { results: bulkRows(plan, []) })

function bulkRows(plan: Planned[], rows: EnrollmentRow[]) {
  const byUser = new Map(rows.map(row => [row.userId, row]))
  return plan.map(({ user, userId, status }) => {
    const row = userId === null ? undefined : byUser.get(userId)
    return { user, status, enrollment: row ? toEnrollment(row) : null }
  })
}
