/** Who may see and change a module; quizzes follow their module. */
import type { Viewer } from '../../db/read.ts'
import { forbidden, notFound } from '../../http/errors.ts'
import { manages, sees } from '../courses/access.ts'
import type { EnrollmentStatus } from '../enrollments/queries.ts'

type Module = { isPublished: boolean; instructorId: number; courseStatus: 'draft' | 'published' | 'archived' }

const courseOf = ({ instructorId, courseStatus }: Module) => ({ instructorId, status: courseStatus })

export const managesModule = (viewer: Viewer, module: Module) => manages(viewer, courseOf(module))

/** Whether the viewer may know of the module. */
export const seesModule = (viewer: Viewer, module: Module, enrollment?: EnrollmentStatus) =>
  managesModule(viewer, module) || (module.isPublished && sees(viewer, courseOf(module), enrollment))

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
  if (managesModule(viewer, module)) return module
  if (enrollment !== 'active' && enrollment !== 'completed') throw forbidden()
  return module
}

/** @throws 404 for what the viewer may not know of, 403 for a module that is another's. */
export function requireManagedModule<M extends Module>(
  viewer: Viewer,
  module: M | undefined,
  enrollment?: EnrollmentStatus,
): M {
  if (!module || !seesModule(viewer, module, enrollment)) throw notFound()
  if (managesModule(viewer, module)) return module
  throw forbidden()
}
