/** Rights on a module: seeing, reading and changing it. */

import { type SQL, sql } from 'drizzle-orm'
import type { Value } from '../db/statement.ts'
import { forbidden, notFound } from '../http/errors.ts'
import { sees } from './courses.ts'
import { type CourseStatus, coursesStudiedBy, type EnrollmentStatus, studies } from './participation.ts'
import { coursesTaughtBy, manages } from './teaching.ts'
import type { Viewer } from './viewer.ts'

/** A thing in a course, with the columns of the course that decide about it. */
type InCourse = { instructorId: number; courseStatus: CourseStatus }
type Module = InCourse & { isPublished: boolean }

/** Whether the viewer sees the course of a thing. */
export const seesCourseOf = (viewer: Viewer, { instructorId, courseStatus }: InCourse, enrollment?: EnrollmentStatus) =>
  sees(viewer, { instructorId, status: courseStatus }, enrollment)

/** Whether the viewer may learn that the module exists. */
export const seesModule = (viewer: Viewer, module: Module, enrollment?: EnrollmentStatus) =>
  manages(viewer, module) || (module.isPublished && seesCourseOf(viewer, module, enrollment))

/** Whether the viewer may read the content of the module: learners of its course and its managers may. */
export const readsModule = (viewer: Viewer, module: Module, enrollment?: EnrollmentStatus) =>
  manages(viewer, module) || (module.isPublished && studies({ status: module.courseStatus }, enrollment))

/**
 * `readsModule` in SQL, for anybody but staff.
 * @param select builds a query of the modules `m` in the given courses; its second argument is the condition on `m` for being
 * shown
 */
export const modulesReadBy = (viewerId: Value, select: (courses: SQL, isShown: SQL) => SQL) =>
  sql`${select(coursesTaughtBy(viewerId), sql`1`)} UNION ${select(coursesStudiedBy(viewerId), sql`m.is_published = 1`)}`

/**
 * Learners read published modules, managers all of them.
 * @throws 404 for a module that the viewer may not see, 403 for a module of a course that the viewer sees but does not take
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

/** @throws 404 for a module that the viewer may not see, 403 for one that the viewer sees but does not manage. */
export function requireManagedModule<M extends Module>(
  viewer: Viewer,
  module: M | undefined,
  enrollment?: EnrollmentStatus,
): M {
  if (!module || !seesModule(viewer, module, enrollment)) throw notFound()
  if (!manages(viewer, module)) throw forbidden()
  return module
}
