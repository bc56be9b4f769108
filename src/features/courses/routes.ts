import { requireManaged, requireManagedHidden, requireSeen } from '../../access/courses.ts'
import { manages, requireTeacher } from '../../access/teaching.ts'
import { asViewer, requireStaff, type Viewer } from '../../access/viewer.ts'
import { batch } from '../../db/batch.ts'
import type { Api } from '../../http/api.ts'
import { failedOn, invalid, notFound } from '../../http/errors.ts'
import { object, pathId } from '../../http/fields.ts'
import { countFor, cursorQuery, pageBodyById, pageOf, pageQuery } from '../../http/pagination.ts'
import { recordDeletion, recordRestoration } from '../audit/queries/acts.ts'
import { enrollmentOf } from '../enrollments/queries.ts'
import { tagOfCourse } from '../qr-codes/images/cache-tags.ts'
import { purgeCatalog } from './catalog/cache.ts'
import {
  activeInstructorById,
  courseById,
  deleteCourse,
  insertCourse,
  modulesOfCourse,
  restorableCourseById,
  restoreCourse,
  taughtCourses,
  taughtCoursesCount,
  updateCourse,
} from './queries.ts'
import { Course, CourseDetail, CourseInput, CoursePage, courseValues, toCourse, toModuleSummary } from './schemas.ts'

const tag = 'Courses & Enrollments'
const params = object(() => ({ id: pathId() }))
const NOT_ITS_INSTRUCTOR = "Not the course's instructor"

export function courseRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/courses/',
      tag,
      summary: 'List all courses',
      description: 'Every published course and your own of any status; for staff all. Newest first.',
      token: 'read',
      query: object(() => ({ ...pageQuery, ...cursorQuery })),
      responses: { 200: CoursePage },
      refuses: { 403: 'Instructors only' },
    },
    async ({ query, caller, db, now, c, json }) => {
      const page = pageOf(query)
      const [viewer, rows, [total]] = await asViewer(
        db,
        caller,
        taughtCourses({ viewerId: caller.userId, ...page }),
        countFor(page, taughtCoursesCount({ viewerId: caller.userId })),
      )
      requireTeacher(viewer)
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
      path: '/api/courses/{id}/',
      revised: 'courses',
      tag,
      summary: 'Get course details',
      description: 'With its modules in their order; unpublished ones only for its instructor and staff.',
      token: 'read',
      about: ['course', 'id'],
      params,
      responses: { 200: CourseDetail },
    },
    async ({ params, caller, db, now, json }) => {
      const [viewer, [row], [enrollment], modules] = await asViewer(
        db,
        caller,
        courseById({ id: params.id }),
        enrollmentOf({ userId: caller.userId, courseId: params.id }),
        modulesOfCourse({ courseId: params.id }),
      )
      const course = requireSeen(viewer, row, enrollment?.status)
      const visible = modules.filter(module => module.isPublished || manages(viewer, course))
      return json(200, { ...toCourse(course, now), modules: visible.map(toModuleSummary) }, course.revision)
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/courses/',
      tag,
      summary: 'Create a course',
      token: 'write',
      body: CourseInput,
      responses: { 201: Course },
      refuses: { 403: 'Instructors only; another owner is for staff to name' },
    },
    async ({ body, caller, db, now, c, json, later }) => {
      const [viewer, [owner]] = await asViewer(
        db,
        caller,
        activeInstructorById({ id: body.instructor ?? caller.userId }),
      )
      requireTeacher(viewer)
      requireOwner(viewer, body, viewer.id, owner)
      requireDates(body)
      const [[created]] = await batch(db, await insertCourse({ ownerId: viewer.id, now }, courseValues(body)))
      if (!created) throw notFound()
      later(purgeCatalog(c))
      return json(201, toCourse({ ...(owner ?? viewer), ...created }, now))
    },
  )

  api.route(
    {
      method: 'put',
      path: '/api/courses/{id}/',
      revised: 'courses',
      tag,
      summary: 'Update a course',
      description: 'What is omitted keeps its value. A new title brings a new slug; the former one keeps resolving.',
      token: 'write',
      about: ['course', 'id'],
      params,
      body: CourseInput,
      responses: { 200: Course },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, body, caller, db, now, c, json, later }) => {
      const [viewer, [row], [enrollment], [owner]] = await asViewer(
        db,
        caller,
        courseById({ id: params.id }),
        enrollmentOf({ userId: caller.userId, courseId: params.id }),
        activeInstructorById({ id: body.instructor ?? caller.userId }),
      )
      const course = requireManaged(viewer, row, enrollment?.status)
      requireOwner(viewer, body, course.instructorId, owner)
      requireDates({ start_date: course.startDate, end_date: course.endDate, ...body })
      const [, [updated]] = await batch(
        db,
        await updateCourse(course, courseValues(body), now),
        courseById({ id: course.id }),
      ).catch(refuseDates)
      if (!updated) throw notFound()
      later(purgeCatalog(c))
      return json(200, toCourse(updated, now), updated.revision)
    },
  )

  api.route(
    {
      method: 'delete',
      path: '/api/courses/{id}/',
      revised: 'courses',
      tag,
      summary: 'Delete a course',
      description: 'It and all below it are gone from everywhere at once; for 30 days it can be restored.',
      token: 'write',
      about: ['course', 'id'],
      params,
      responses: { 204: null },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, caller, db, now, c, empty, later }) => {
      const [viewer, [row], [enrollment]] = await asViewer(
        db,
        caller,
        courseById({ id: params.id }),
        enrollmentOf({ userId: caller.userId, courseId: params.id }),
      )
      const course = requireManaged(viewer, row, enrollment?.status)
      const act = { actorId: viewer.id, id: course.id, now }
      await batch(db, recordDeletion('course', act), deleteCourse(act))
      later(purgeCatalog(c, tagOfCourse(course.id)))
      return empty(204)
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/courses/{id}/restore/',
      tag,
      summary: 'Restore a deleted course',
      description: 'Within 30 days, with all that was below it. A course that is not deleted is answered as it is.',
      token: 'write',
      about: ['course', 'id'],
      params,
      responses: { 200: Course },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, caller, db, now, c, json, later }) => {
      const [viewer, [row]] = await asViewer(db, caller, restorableCourseById({ id: params.id, now }))
      // Only its managers may learn that a deleted course ever existed.
      const course = requireManagedHidden(viewer, row)
      const act = { actorId: viewer.id, id: course.id, now }
      const [, , [restored]] = await batch(db, recordRestoration('course', act), restoreCourse(act), courseById(act))
      if (!restored) throw notFound()
      later(purgeCatalog(c))
      return json(200, toCourse(restored, now))
    },
  )
}

/** @throws 403 when anybody but staff names another owner, 400 when that owner is not an active instructor */
function requireOwner(
  viewer: Viewer,
  body: Partial<CourseInput>,
  current: number,
  owner: { id: number } | undefined,
): void {
  if (body.instructor === undefined || body.instructor === current) return
  requireStaff(viewer)
  if (!owner) throw invalid({ instructor: ['Not an active instructor.'] })
}

const datesReversed = () => invalid({ end_date: ['The end date must not be before the start date.'] })

/** @throws 400 with a message on `end_date`, when it is before `start_date` */
function requireDates({ start_date, end_date }: Pick<Partial<CourseInput>, 'start_date' | 'end_date'>): void {
  if (start_date && end_date && end_date < start_date) throw datesReversed()
}

/** Two simultaneous changes can each be right and together wrong, so the check of the table decides. */
function refuseDates(error: unknown): never {
  throw failedOn(error, 'courses_dates') ? datesReversed() : error
}
