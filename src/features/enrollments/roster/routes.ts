import { requireManaged } from '../../../access/courses.ts'
import { seatVerdict } from '../../../access/seats.ts'
import { asViewer } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import type { Api } from '../../../http/api.ts'
import { failedOn, notFound, Refusal, ruleViolation } from '../../../http/errors.ts'
import { displayName, object, pathId, toDate } from '../../../http/fields.ts'
import { courseById } from '../../courses/queries.ts'
import { keyOf } from '../../users/keys.ts'
import { type EnrollmentRow, enrollmentOf } from '../queries.ts'
import { toEnrollment } from '../schemas.ts'
import { fails, type Planned, planBulkEnrollment } from './bulk.ts'
import {
  candidates,
  completeAllReturned,
  enrollAll,
  enrollmentsOfUsers,
  recordRemoval,
  removeEnrollment,
} from './queries.ts'
import { BulkEnrollment, BulkEnrollmentInput } from './schemas.ts'

const tag = 'Courses & Enrollments'
const NOT_PUBLISHED = 'Only a published course takes enrollments.'

export function rosterRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/courses/{id}/enrollments/',
      tag,
      summary: 'Enroll learners',
      description:
        'By username or email address, up to 500, all or none: if any row fails, the answer is 400 with the same rows ' +
        'and nobody is enrolled. Each row names whom it found: an address that was typed in when registering proves nothing.',
      token: 'write',
      about: ['course', 'id'],
      params: object(() => ({ id: pathId() })),
      body: BulkEnrollmentInput,
      responses: { 200: BulkEnrollment },
      refusedRows: BulkEnrollment,
      refuses: { 403: "Not the course's instructor" },
    },
    async ({ params, body, caller, db, now, json }) => {
      const [viewer, [row], [own], users] = await asViewer(
        db,
        caller,
        courseById({ id: params.id }),
        enrollmentOf({ userId: caller.userId, courseId: params.id }),
        candidates({ courseId: params.id, keys: body.users.map(keyOf) }),
      )
      const course = requireManaged(viewer, row, own?.status)
      const today = toDate(now)
      if (seatVerdict('instructor', course, undefined, today) === 'not_open')
        throw ruleViolation('course_not_published', NOT_PUBLISHED)
      const plan = planBulkEnrollment(body.users, users, course, today)
      if (plan.some(fails)) throw refuseBulk(plan)
      const newcomers = plan.flatMap(({ candidate, status }) =>
        status === 'enrolled' && candidate ? [candidate.id] : [],
      )
      const returning = users.flatMap(({ id, enrollment }) => (enrollment === 'dropped' ? [id] : []))
      const [, , rows] = await batch(
        db,
        enrollAll({ courseId: course.id, userIds: newcomers, now }),
        completeAllReturned({ courseId: course.id, userIds: returning, now }),
        enrollmentsOfUsers({ courseId: course.id, userIds: plan.flatMap(({ candidate }) => candidate?.id ?? []) }),
      ).catch(error => {
        // Others took the last seats after the plan counted them.
        if (failedOn(error, 'COURSE_FULL')) throw refuseBulk(plan.map(outOfSeats))
        throw error
      })
      const seated = new Set(rows.flatMap(row => (row.status === 'dropped' ? [] : [row.userId])))
      // The course was taken back to draft or deleted after it was read.
      if (!newcomers.every(id => seated.has(id))) throw ruleViolation('course_not_published', NOT_PUBLISHED)
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
      token: 'write',
      about: ['course', 'id'],
      params: object(() => ({ id: pathId(), enrollment_id: pathId() })),
      responses: { 204: null },
      refuses: { 403: "Not the course's instructor" },
    },
    async ({ params, caller, db, now, empty }) => {
      const [viewer, [row], [own]] = await asViewer(
        db,
        caller,
        courseById({ id: params.id }),
        enrollmentOf({ userId: caller.userId, courseId: params.id }),
      )
      const course = requireManaged(viewer, row, own?.status)
      const removal = { courseId: course.id, id: params.enrollment_id, now }
      const [, [removed]] = await batch(
        db,
        recordRemoval({ ...removal, actorId: viewer.id }),
        removeEnrollment(removal),
      )
      if (!removed) throw notFound()
      return empty(204)
    },
  )
}

const outOfSeats = (row: Planned): Planned => (row.status === 'enrolled' ? { ...row, status: 'course_full' } : row)

const refuseBulk = (plan: Planned[]) => new Refusal(400, { results: bulkRows(plan, []) })

function bulkRows(plan: Planned[], rows: EnrollmentRow[]) {
  const byUser = new Map(rows.map(row => [row.userId, row]))
  return plan.map(({ user, candidate, status }) => {
    const row = candidate && byUser.get(candidate.id)
    return {
      user,
      username: candidate?.username ?? null,
      full_name: candidate && displayName(candidate),
      status,
      enrollment: row ? toEnrollment(row) : null,
    }
  })
}
