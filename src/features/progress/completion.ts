/** Ids, status and percentages of a learner's progress. */

import { MODULE_PROGRESS_ID_FACTOR } from '../../db/schema/progress.ts'

export const moduleProgressId = (enrollmentId: number, moduleId: number) =>
  enrollmentId * MODULE_PROGRESS_ID_FACTOR + moduleId

export const fromModuleProgressId = (id: number) => ({
  enrollmentId: Math.floor(id / MODULE_PROGRESS_ID_FACTOR),
  moduleId: id % MODULE_PROGRESS_ID_FACTOR,
})

export type ModuleStatus = 'not_started' | 'in_progress' | 'completed'

export function moduleStatus(progress: { startedAt: number | null; completedAt: number | null }): ModuleStatus {
  if (progress.completedAt !== null) return 'completed'
  return progress.startedAt === null ? 'not_started' : 'in_progress'
}

/** A share as a whole percentage; 0 when the whole is 0. */
export const percentage = (part: number, whole: number) => (whole === 0 ? 0 : Math.round((100 * part) / whole))
