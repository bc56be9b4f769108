/** Rights on the records of one learner in a course: attempts and progress. */
import { notFound } from '../http/errors.ts'
import { manages } from './teaching.ts'
import type { Viewer } from './viewer.ts'

type LearnerRecord = { userId: number; instructorId: number }

export const seesRecord = (viewer: Viewer, record: LearnerRecord) =>
  record.userId === viewer.id || manages(viewer, record)

/** @throws 404 for a record that is neither the viewer's own nor of a course that the viewer manages. */
export function requireRecord<R extends LearnerRecord>(viewer: Viewer, record: R | undefined): R {
  if (!record || !seesRecord(viewer, record)) throw notFound()
  return record
}
