/** Who may see and change a module. */

import { type SQL, sql } from 'drizzle-orm'
import type { Value } from '../db/statement.ts'
import { forbidden, notFound } from '../http/errors.ts'
import { sees } from './courses.ts'
import { type CourseStatus, coursesStudiedBy, type EnrollmentStatus, studies } from './participation.ts'
import { coursesTaughtBy, manages } from './teaching.ts'
import type { Viewer } from './viewer.ts'

/** What lies in a course, with what of the course decides. */
type InCourse = { instructorId: number; courseStatus: CourseStatus }
type Module = InCourse & { isPublished: boolean }

/** Whether the viewer may know of the course that something lies in. */
export const seesCourseOf = (viewer: Viewer, { instructorId, courseStatus }: InCourse, enrollment?: EnrollmentStatus) =>
  sees(viewer, { instructorId, status: courseStatus }, enrollment)

/** Whether the viewer may know of the module. */
export const seesModule = (viewer: Viewer, module: Module, enrollment?: EnrollmentStatus) =>
  manages(viewer, module) || (module.isPublished && seesCourseOf(viewer, module, enrollment))

/** Whether the viewer may read the module, and not only know of it: who studies in its course, and who manages it. */
export const readsModule = (viewer: Viewer, module: Module, enrollment?: EnrollmentStatus) =>
  manages(viewer, module) || (module.isPublished && studies({ status: module.courseStatus }, enrollment))

/**
 * `readsModule` in SQL, for anybody but staff.
 * @param select a query of the modules `m` in the courses given, of which a condition on `m` says whether they are shown
 */
export const modulesReadBy = (viewerId: Value, select: (courses: SQL, isShown: SQL) => SQL) =>
  sql`${select(coursesTaughtBy(viewerId), sql`1`)} UNION ${select(coursesStudiedBy(viewerId), sql`m.is_published = 1`)}`

/**
 * A published module is its learners' to see, an unpublished one its instructor's and staff's alone.
 * @throws 404 for what the viewer may not know of, 403 for a module of a course the viewer sees but does not take.
 */
export function requireModule<M extends Module>(
  viewer: Viewer,
  module: M | undefined,
  enrollment?: EnrollmentStatus,
): M {
  if (!module || !seesModule(viewer, module, enrollment)) throw notFound()
  if (!readsModule(viewer, module, enrollment)) throw forbidden()
  return module
}

/** @throws 404 for what the viewer may not know of, 403 for a module that is another's. */
export function requireManagedModule<M extends Module>(
  viewer: Viewer,
  module: M | undefined,
  enrollment?: EnrollmentStatus,
): M {
  if (!module || !seesModule(viewer, module, enrollment)) throw notFound()
  if (!manages(viewer, module)) throw forbidden()
  return module
}
