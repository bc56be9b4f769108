/** Who may see and change a quiz: as its module, and unpublished with it. */
import type { Viewer } from '../../db/read.ts'
import { notFound } from '../../http/errors.ts'
import type { EnrollmentStatus } from '../enrollments/queries.ts'
import { managesModule, requireManagedModule, requireModule } from '../modules/access.ts'
import type { QuizRow } from './queries.ts'

type Quiz = Pick<QuizRow, 'isPublished' | 'moduleIsPublished' | 'instructorId' | 'courseStatus'>

const shownWith = ({ isPublished, moduleIsPublished, instructorId, courseStatus }: Quiz) => ({
  isPublished: isPublished && moduleIsPublished,
  instructorId,
  courseStatus,
})

export const managesQuiz = (viewer: Viewer, quiz: Quiz) => managesModule(viewer, shownWith(quiz))

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
