import * as z from 'zod'
import { dateTime, id, object, toDateTime, toOptionalDateTime } from '../../http/fields.ts'
import { paginatedById } from '../../http/pagination.ts'
import { percentage } from '../progress/completion.ts'
import type { EnrollmentRow } from './queries.ts'

export const enrollmentStatus = z.enum(['active', 'completed', 'dropped'])

export const Enrollment = object(() => ({
  id: id().meta({ examples: [25] }),
  user: id().meta({ examples: [5] }),
  user_username: z.string().meta({ examples: ['student1'] }),
  course: id(),
  course_title: z.string().meta({ examples: ['Introduction to Programming'] }),
  status: enrollmentStatus,
  progress: z
    .int()
    .min(0)
    .max(100)
    .meta({ description: 'Completed modules of the published ones, percent', examples: [15] }),
  enrolled_at: dateTime().meta({ examples: ['2023-06-01T08:45:00Z'] }),
  completed_at: dateTime()
    .nullable()
    .meta({ examples: [null] }),
})).meta({ id: 'Enrollment' })
export const EnrollmentPage = paginatedById(Enrollment)

export const toEnrollment = (row: EnrollmentRow): z.input<typeof Enrollment> => ({
  id: row.id,
  user: row.userId,
  user_username: row.username,
  course: row.courseId,
  course_title: row.courseTitle,
  status: row.status,
  progress: percentage(row.completedModules, row.publishedModules),
  enrolled_at: toDateTime(row.enrolledAt),
  completed_at: toOptionalDateTime(row.completedAt),
})
