import * as z from 'zod'
import { date, dateTime, displayName, id, object, toDateTime, toOptionalDateTime } from '../../http/fields.ts'
import { paginated, paginatedById } from '../../http/pagination.ts'
import type { Score } from '../attempts/grading/standing-score.ts'
import { percentage } from '../progress/completion.ts'
import { mean, rate, toHours, toMinutes } from './figures.ts'
import { assess } from './learner-scores.ts'
import type { ActivityRow } from './queries/activity.ts'
import type { CourseFiguresRow } from './queries/courses.ts'
import type { LearnerEnrollmentRow, LearnerEventsRow, LearnerRow, LearnerScoresRow } from './queries/learners.ts'
import type { ModuleFiguresRow } from './queries/modules.ts'
import { activityTrend } from './trend.ts'

/** Fields to spread into a query schema, which must then go through `orderedDates`. */
export const dateQuery = () => ({
  start_date: date().optional().meta({ description: 'First UTC day' }),
  end_date: date()
    .optional()
    .meta({ description: 'Last UTC day, included', examples: ['2036-06-01'] }),
})

/** Refuses dates in reverse with 400 on `end_date`. */
export const orderedDates = <Shape extends z.ZodObject<ReturnType<typeof dateQuery>>>(schema: Shape) =>
  schema.refine(
    ({ start_date, end_date }) => start_date === undefined || end_date === undefined || start_date <= end_date,
    {
      path: ['end_date'],
      message: 'Must not be before start_date.',
    },
  )

const share = (example: number) =>
  z
    .number()
    .min(0)
    .max(100)
    .meta({ description: 'Percent, one decimal', examples: [example] })
const time = (example: number) =>
  z
    .number()
    .min(0)
    .meta({ examples: [example] })
const count = (example: number) =>
  z
    .int()
    .min(0)
    .meta({ examples: [example] })

export const UserActivity = object(() => ({
  id: id().meta({ description: 'Of one of your own events; other users have other events of that id' }),
  user: id().meta({ examples: [5] }),
  activity_type: z
    .enum(['login', 'course_enroll', 'module_view', 'module_complete', 'quiz_start', 'quiz_complete', 'qr_scan'])
    .meta({ examples: ['module_view'] }),
  target_id: id()
    .nullable()
    .meta({ description: 'The course, module, quiz or code; none for a login', examples: [1] }),
  target_name: z
    .string()
    .nullable()
    .meta({ description: 'Null where there is no target, or it was deleted', examples: ['Getting Started'] }),
  course_id: id().nullable(),
  course_title: z
    .string()
    .nullable()
    .meta({ examples: ['Introduction to Programming'] }),
  occurred_at: dateTime(),
  session_duration_minutes: z
    .int()
    .meta({ description: "Whole minutes from the session's first event to this one", examples: [15] }),
})).meta({ id: 'UserActivity' })
export const UserActivityPage = paginated(UserActivity)

export const CourseAnalytics = object(() => ({
  course_id: id(),
  course_title: z.string().meta({ examples: ['Introduction to Programming'] }),
  instructor: z.string().meta({ examples: ['John Smith'] }),
  enrollment_count: count(35),
  completion_count: count(10),
  average_progress: z
    .int()
    .min(0)
    .max(100)
    .meta({ examples: [45] }),
  average_time_spent_hours: time(8.5).meta({ description: 'Per learner' }),
  active_learners_last_week: count(25),
  most_active_module: object(() => ({
    id: id().meta({ examples: [3] }),
    title: z.string().meta({ examples: ['Control Structures'] }),
  })).nullable(),
  most_challenging_quiz: object(() => ({
    id: id().meta({ examples: [2] }),
    title: z.string().meta({ examples: ['Functions and Methods Quiz'] }),
    pass_rate: share(65),
  })).nullable(),
})).meta({ id: 'CourseAnalytics' })
export const CourseAnalyticsPage = paginatedById(CourseAnalytics)

export const ModuleEngagement = object(() => ({
  module_id: id(),
  module_title: z.string().meta({ examples: ['Getting Started'] }),
  course_id: id(),
  course_title: z.string().meta({ examples: ['Introduction to Programming'] }),
  view_count: count(45).meta({ description: 'Learners who opened it or did anything in it' }),
  completion_count: count(30),
  completion_rate: share(66.7).meta({ description: 'Completions over `view_count`, percent' }),
  average_time_spent_minutes: time(45).meta({ description: 'Per learner of `view_count`' }),
  student_interactions: count(120),
})).meta({ id: 'ModuleEngagement' })
export const ModuleEngagementPage = paginated(ModuleEngagement)

export const LearnerAnalytics = object(() => ({
  user_id: id().meta({ examples: [5] }),
  username: z.string().meta({ examples: ['student1'] }),
  full_name: z.string().meta({ examples: ['John Doe'] }),
  enrolled_courses: count(3),
  completed_courses: count(1),
  average_progress: z
    .int()
    .min(0)
    .max(100)
    .meta({ examples: [55] }),
  total_time_spent_hours: time(25.5),
  average_quiz_score: share(78).nullable().meta({ description: 'Percent; each quiz by its grading policy' }),
  last_login: dateTime().nullable(),
  activity_trend: z.enum(['increasing', 'decreasing', 'stable']),
  strengths: z.array(z.string()).meta({ examples: [['Python Basics', 'Data Structures']] }),
  areas_for_improvement: z.array(z.string()).meta({ examples: [['Algorithms', 'Object-Oriented Programming']] }),
})).meta({ id: 'LearnerAnalytics' })
export const LearnerAnalyticsPage = paginatedById(LearnerAnalytics)

export const toUserActivity = (row: ActivityRow): z.input<typeof UserActivity> => ({
  id: row.id,
  user: row.userId,
  activity_type: row.type,
  target_id: row.targetId,
  target_name: row.targetName,
  course_id: row.courseId,
  course_title: row.courseTitle,
  occurred_at: toDateTime(row.occurredAt),
  session_duration_minutes: Math.floor((row.occurredAt - row.sessionStartedAt) / 60),
})

export const toCourseAnalytics = (row: CourseFiguresRow): z.input<typeof CourseAnalytics> => ({
  course_id: row.id,
  course_title: row.title,
  instructor: displayName(row),
  enrollment_count: row.enrollments,
  completion_count: row.completions,
  average_progress: percentage(row.completedModules, row.enrollments * row.publishedModules),
  average_time_spent_hours: mean(row.studySeconds, row.learners, toHours),
  active_learners_last_week: row.activeLearners,
  most_active_module: row.mostActiveModule === null ? null : JSON.parse(row.mostActiveModule),
  most_challenging_quiz: toChallenge(row.mostChallengingQuiz),
})

function toChallenge(json: string | null) {
  if (json === null) return null
  const quiz: { id: number; title: string; scored: number; passed: number } = JSON.parse(json)
  return { id: quiz.id, title: quiz.title, pass_rate: rate(quiz.passed, quiz.scored) }
}

export const toModuleEngagement = (row: ModuleFiguresRow): z.input<typeof ModuleEngagement> => ({
  module_id: row.id,
  module_title: row.title,
  course_id: row.courseId,
  course_title: row.courseTitle,
  view_count: row.views,
  completion_count: row.completions,
  completion_rate: rate(row.completions, row.views),
  average_time_spent_minutes: mean(row.studySeconds, row.views, toMinutes),
  student_interactions: row.interactions,
})

/** Joins the learners of a page with the rows of the other queries. */
export function toLearnerAnalytics(
  learners: LearnerRow[],
  enrollments: LearnerEnrollmentRow[],
  scores: LearnerScoresRow[],
  events: LearnerEventsRow[],
): z.input<typeof LearnerAnalytics>[] {
  const [enrollmentsOf, scoresOf] = [Map.groupBy(enrollments, userOf), Map.groupBy(scores, userOf)]
  const eventsOf = new Map(events.map(row => [row.userId, row]))
  return learners.map(learner => {
    const ownEnrollments = enrollmentsOf.get(learner.id) ?? []
    const { thisWeek = 0, lastWeek = 0 } = eventsOf.get(learner.id) ?? {}
    const { averageScore, strengths, weaknesses } = assess((scoresOf.get(learner.id) ?? []).map(toQuizScores))
    return {
      user_id: learner.id,
      username: learner.username,
      full_name: displayName(learner),
      enrolled_courses: ownEnrollments.length,
      completed_courses: ownEnrollments.filter(row => row.isCompleted).length,
      // Sorted, because otherwise the order of the rows could decide how a half is rounded.
      average_progress: percentage(
        sum(ownEnrollments.map(shareOf).sort((one, other) => one - other)),
        ownEnrollments.length,
      ),
      total_time_spent_hours: mean(sum(ownEnrollments.map(row => row.studySeconds)), 1, toHours),
      average_quiz_score: averageScore === null ? null : mean(averageScore, 1, 100),
      last_login: toOptionalDateTime(learner.lastLoginAt),
      activity_trend: activityTrend(thisWeek, lastWeek),
      strengths,
      areas_for_improvement: weaknesses,
    }
  })
}

const shareOf = ({ completedModules, publishedModules }: LearnerEnrollmentRow) =>
  publishedModules === 0 ? 0 : completedModules / publishedModules
const userOf = ({ userId }: { userId: number }) => userId
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)

const toQuizScores = (row: LearnerScoresRow) => ({
  module: { id: row.moduleId, title: row.moduleTitle, order: row.moduleOrder },
  policy: row.policy,
  scores: JSON.parse(row.scores) as Score[],
})
