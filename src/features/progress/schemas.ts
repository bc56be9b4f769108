import * as z from 'zod'
import { dateTime, id, object, toDateTime, toOptionalDateTime } from '../../http/fields.ts'
import { paginated, paginatedById } from '../../http/pagination.ts'
import { moduleProgressId, moduleStatus, percentage } from './completion.ts'
import type { CourseProgressRow, ModuleProgressRow } from './queries/lists.ts'

export const Progress = object(() => ({
  id: id().meta({ description: "The enrollment's", examples: [10] }),
  course: id(),
  course_title: z.string().meta({ examples: ['Introduction to Programming'] }),
  user: id().meta({ examples: [5] }),
  percentage_complete: z
    .int()
    .min(0)
    .max(100)
    .meta({ examples: [33] }),
  modules_completed: z.int().meta({ examples: [2] }),
  total_modules: z.int().meta({ examples: [6] }),
  quizzes_completed: z.int().meta({ description: 'Passed; surveys: completed', examples: [2] }),
  total_quizzes: z.int().meta({ examples: [4] }),
  last_activity: dateTime().meta({ description: 'The enrollment itself, if nothing followed it' }),
  completion_date: dateTime()
    .nullable()
    .meta({ examples: [null] }),
})).meta({ id: 'Progress' })
export const ProgressPage = paginatedById(Progress)

export const progressStatus = z.enum(['not_started', 'in_progress', 'completed'])

const moduleProgressFields = () => ({
  id: id().meta({ description: 'Enrollment id × 10,000,000 + module id', examples: [250_000_001] }),
  module: id(),
  module_title: z.string().meta({ examples: ['Getting Started'] }),
  course: id(),
  course_title: z.string().meta({ examples: ['Introduction to Programming'] }),
  user: id().meta({ examples: [5] }),
  status: progressStatus.meta({ examples: ['completed'] }),
  started_at: dateTime().nullable(),
  completed_at: dateTime().nullable(),
  time_spent_minutes: z.int().meta({ examples: [75] }),
  last_activity: dateTime().meta({ description: 'The enrollment, for a module that was never touched' }),
})
export const ModuleProgress = object(moduleProgressFields).meta({ id: 'ModuleProgress' })
export const ModuleProgressPage = paginated(ModuleProgress)
export const ModuleProgressReset = object(() => ({ ...moduleProgressFields(), reset_at: dateTime() })).meta({
  id: 'ModuleProgressReset',
})

export const AddTimeInput = object(() => ({
  seconds: z
    .int()
    .min(1)
    .max(3600)
    .meta({ examples: [60] }),
}))

export const toProgress = (row: CourseProgressRow): z.input<typeof Progress> => ({
  id: row.id,
  course: row.courseId,
  course_title: row.courseTitle,
  user: row.userId,
  percentage_complete: percentage(row.completedModules, row.publishedModules),
  modules_completed: row.completedModules,
  total_modules: row.publishedModules,
  quizzes_completed: row.passedQuizzes,
  total_quizzes: row.totalQuizzes,
  last_activity: toDateTime(row.lastActivityAt ?? row.enrolledAt),
  completion_date: toOptionalDateTime(row.completedAt),
})

export const toModuleProgress = (row: ModuleProgressRow): z.input<typeof ModuleProgress> => ({
  id: moduleProgressId(row.enrollmentId, row.moduleId),
  module: row.moduleId,
  module_title: row.moduleTitle,
  course: row.courseId,
  course_title: row.courseTitle,
  user: row.userId,
  status: moduleStatus(row),
  started_at: toOptionalDateTime(row.startedAt),
  completed_at: toOptionalDateTime(row.completedAt),
  time_spent_minutes: Math.floor(row.timeSpentSeconds / 60),
  last_activity: toDateTime(row.lastActivityAt ?? row.enrolledAt),
})
