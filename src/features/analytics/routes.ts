import { requireTeacher } from '../../access/teaching.ts'
import { asViewer } from '../../access/viewer.ts'
import type { Api } from '../../http/api.ts'
import { object, queryId } from '../../http/fields.ts'
import { cursorQuery, pageBody, pageBodyById, pageOf, pageQuery } from '../../http/pagination.ts'
import { activitiesOf } from './queries/activity.ts'
import { courseFigures } from './queries/courses.ts'
import { learnerFigures } from './queries/learners.ts'
import { moduleFigures } from './queries/modules.ts'
import {
  CourseAnalyticsPage,
  dateQuery,
  LearnerAnalyticsPage,
  ModuleEngagementPage,
  orderedDates,
  toCourseAnalytics,
  toLearnerAnalytics,
  toModuleEngagement,
  toUserActivity,
  UserActivityPage,
} from './schemas.ts'

const tag = 'Analytics'
const refuses = { 403: 'Neither an instructor nor staff' }

export function analyticsRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/analytics/user-activity/',
      tag,
      summary: 'Get user activity',
      description: 'Your own events, the newest first.',
      token: 'read',
      query: orderedDates(object(() => ({ ...dateQuery(), ...pageQuery }))),
      responses: { 200: UserActivityPage },
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const activities = activitiesOf({ userId: caller.userId, ...page }, query)
      const [, rows, [total]] = await asViewer(db, caller, ...activities)
      return json(200, pageBody(c, page, total?.count ?? 0, rows.map(toUserActivity)))
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/analytics/course-analytics/',
      tag,
      summary: 'Get course analytics',
      description:
        'Of your own courses, for staff of all, the newest first. Dates bound enrollments and progress by the day of ' +
        'enrollment, completions by the day of completion, time, module and quiz by the day of the event; ' +
        '`active_learners_last_week` ignores them.',
      token: 'read',
      about: ['course', 'course'],
      query: orderedDates(
        object(() => ({ course: queryId().optional(), ...dateQuery(), ...pageQuery, ...cursorQuery })),
      ),
      responses: { 200: CourseAnalyticsPage },
      refuses,
    },
    async ({ query, caller, db, c, now, json }) => {
      const page = pageOf(query)
      const figures = courseFigures({ viewerId: caller.userId, now, ...page }, query)
      const [viewer, rows, [total]] = await asViewer(db, caller, ...figures)
      requireTeacher(viewer)
      return json(
        200,
        pageBodyById(c, page, total?.count ?? 0, rows.map(toCourseAnalytics), entry => entry.course_id),
      )
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/analytics/module-engagement/',
      tag,
      summary: 'Get module engagement',
      description:
        'Modules of your own courses, for staff of all: the newest course first, each course’s modules in their order.',
      token: 'read',
      about: ['course', 'course'],
      query: object(() => ({ course: queryId().optional(), module: queryId().optional(), ...pageQuery })),
      responses: { 200: ModuleEngagementPage },
      refuses,
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const figures = moduleFigures({ viewerId: caller.userId, ...page }, query)
      const [viewer, rows, [total]] = await asViewer(db, caller, ...figures)
      requireTeacher(viewer)
      return json(200, pageBody(c, page, total?.count ?? 0, rows.map(toModuleEngagement)))
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/analytics/learner-analytics/',
      tag,
      summary: 'Get learner analytics',
      description:
        'Learners of your own courses, for staff of all, the newest account first. Figures are of these courses only, with ' +
        '`course` of that one only. `activity_trend` holds the last seven UTC days against the seven before.',
      token: 'read',
      about: ['course', 'course'],
      query: object(() => ({ user: queryId().optional(), course: queryId().optional(), ...pageQuery, ...cursorQuery })),
      responses: { 200: LearnerAnalyticsPage },
      refuses,
    },
    async ({ query, caller, db, c, now, json }) => {
      const page = pageOf(query)
      const figures = learnerFigures({ viewerId: caller.userId, ...page }, query, now)
      const [viewer, [total], ...figureRows] = await asViewer(db, caller, ...figures)
      requireTeacher(viewer)
      return json(
        200,
        pageBodyById(c, page, total?.count ?? 0, toLearnerAnalytics(...figureRows), entry => entry.user_id),
      )
    },
  )
}
