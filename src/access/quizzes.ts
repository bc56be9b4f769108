/** Who may see and change a quiz: as its module, and unpublished with it. */
import { notFound } from '../http/errors.ts'
import type { CourseStatus } from './courses.ts'
import { opensModule, requireManagedModule, requireModule } from './modules.ts'
import type { EnrollmentStatus } from './participation.ts'
import type { Viewer } from './viewer.ts'

type Quiz = { isPublished: boolean; moduleIsPublished: boolean; instructorId: number; courseStatus: CourseStatus }

const shownWith = ({ isPublished, moduleIsPublished, instructorId, courseStatus }: Quiz) => ({
  isPublished: isPublished && moduleIsPublished,
  instructorId,
  courseStatus,
})

/** Whether the viewer may read the quiz, and not only know of it. */
export const opensQuiz = (viewer: Viewer, quiz: Quiz, enrollment?: EnrollmentStatus) =>
  opensModule(viewer, shownWith(quiz), enrollment)

/** @throws 404 for what the viewer may not know of, 403 for a quiz of a course the viewer sees but does not take. */
export function requireQuiz<Q extends Quiz>(viewer: Viewer, quiz: Q | undefined, enrollment?: EnrollmentStatus): Q {
  if (!quiz) throw notFound()
  requireModule(viewer, shownWith(quiz), enrollment)
  return quiz
}

/** @throws 404 for what the viewer may not know of, 403 for a quiz that is another's. */
export function requireManagedQuiz<Q extends Quiz>(
  viewer: Viewer,
  quiz: Q | undefined,
  enrollment?: EnrollmentStatus,
): Q {
  if (!quiz) throw notFound()
  requireManagedModule(viewer, shownWith(quiz), enrollment)
  return quiz
}
