import { requireRecord } from '../../access/records.ts'
import { asViewer, type Viewer } from '../../access/viewer.ts'
import { batch, batchOf } from '../../db/batch.ts'
import type { Api } from '../../http/api.ts'
import { forbidden, notFound, ruleViolation } from '../../http/errors.ts'
import { object, pathId, queryId, toDateTime } from '../../http/fields.ts'
import { cursorQuery, pageBody, pageBodyById, pageOf, pageQuery } from '../../http/pagination.ts'
import { recordActivityIfChanged } from '../activities/queries.ts'
import { fromModuleProgressId } from './completion.ts'
import { completeCourse, completeModule, reopenCourse, resetModule } from './queries/completions.ts'
import {
  courseProgress,
  type ModuleProgressRow,
  moduleProgressList,
  moduleProgressOf,
  openQuizCount,
} from './queries/lists.ts'
import { addTime, markContentCompleted } from './queries/record-study.ts'
import {
  AddTimeInput,
  ModuleProgress,
  ModuleProgressPage,
  ModuleProgressReset,
  ProgressPage,
  progressStatus,
  toModuleProgress,
  toProgress,
} from './schemas.ts'

const tag = 'Progress Tracking'
const params = object(() => ({ id: pathId(1_770_000_019) }))
const NOT_THE_LEARNER = 'Only the learner'

export function progressRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/progress/',
      tag,
      summary: 'Get user progress',
      description: 'Your progress in every course you take, the newest enrollment first.',
      token: 'read',
      about: ['course', 'course'],
      query: object(() => ({ course: queryId().optional(), ...pageQuery, ...cursorQuery })),
      responses: { 200: ProgressPage },
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const progress = courseProgress({ userId: caller.userId, ...page }, query)
      const [, rows, [total]] = await asViewer(db, caller, ...progress)
      return json(
        200,
        pageBodyById(c, page, total?.count ?? 0, rows.map(toProgress), ({ id }) => id),
      )
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/module-progress/',
      tag,
      summary: 'Get module progress',
      description:
        'Your progress in every published module of the courses you take: the newest enrollment first, each course’s modules in their order.',
      token: 'read',
      about: ['course', 'course'],
      query: object(() => ({
        course: queryId().optional(),
        module: queryId().optional(),
        status: progressStatus.optional(),
        ...pageQuery,
      })),
      responses: { 200: ModuleProgressPage },
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const progress = moduleProgressList({ userId: caller.userId, ...page }, query)
      const [, rows, [total]] = await asViewer(db, caller, ...progress)
      return json(200, pageBody(c, page, total?.count ?? 0, rows.map(toModuleProgress)))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/module-progress/{id}/reset/',
      tag,
      summary: 'Reset module progress',
      description:
        'By the learner or the course’s instructor. Status, times and completion are cleared, and with them the course’s completion; attempts are kept, but only later ones count again.',
      token: 'write',
      about: ['progress', 'id'],
      params,
      responses: { 200: ModuleProgressReset },
    },
    async ({ params, caller, db, now, json }) => {
      const { enrollmentId, moduleId } = fromModuleProgressId(params.id)
      const [viewer, [row]] = await asViewer(db, caller, moduleProgressOf({ enrollmentId, moduleId }))
      requireRecord(viewer, row)
      const [, , [reset]] = await batch(
        db,
        reopenCourse({ enrollmentId, moduleId }),
        resetModule({ enrollmentId, moduleId, now }),
        moduleProgressOf({ enrollmentId, moduleId }),
      )
      if (!reset) throw notFound()
      return json(200, { ...toModuleProgress(reset), reset_at: toDateTime(reset.resetAt ?? now) })
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/module-progress/{id}/complete/',
      tag,
      summary: 'Complete a module',
      description:
        'Marks its content complete. That completes a `content` module, a `hybrid` one once its quizzes are passed too, and a `quiz` one of which no quiz is left to pass (its last one was taken out); with the last module the course is completed. Safe to repeat.',
      token: 'write',
      about: ['progress', 'id'],
      params,
      responses: { 200: ModuleProgress },
      refuses: { 400: 'The module completes by its quizzes, and one is left to pass', 403: NOT_THE_LEARNER },
    },
    async ({ params, caller, db, now, json }) => {
      const { enrollmentId, moduleId } = fromModuleProgressId(params.id)
      const [viewer, [row], [open]] = await asViewer(
        db,
        caller,
        moduleProgressOf({ enrollmentId, moduleId }),
        openQuizCount({ enrollmentId, moduleId }),
      )
      const module = requireOwn(viewer, row)
      if (module.completionCriteria === 'quiz' && module.completedAt === null && (open?.count ?? 0) > 0) {
        throw ruleViolation('completed_by_quizzes', 'This module completes by its quizzes.')
      }
      const completion = {
        userId: viewer.id,
        type: 'module_complete',
        targetId: moduleId,
        courseId: module.courseId,
        moduleId,
      } as const
      const {
        current: [progress],
      } = await batchOf(db, {
        marked: markContentCompleted({ enrollmentId, moduleId, now }),
        completed: completeModule({ enrollmentId, moduleId, now }),
        recorded: recordActivityIfChanged(completion, now),
        courseCompleted: completeCourse({ enrollmentId, now }),
        current: moduleProgressOf({ enrollmentId, moduleId }),
      })
      if (!progress) throw notFound()
      return json(200, toModuleProgress(progress))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/module-progress/{id}/add-time/',
      tag,
      summary: 'Add time to a module',
      description:
        'Seconds spent, at most an hour a call; starts the module. Counted up to the time since your last event in the course, by the server’s clock.',
      token: 'write',
      about: ['progress', 'id'],
      params,
      body: AddTimeInput,
      responses: { 200: ModuleProgress },
      refuses: { 403: NOT_THE_LEARNER },
    },
    async ({ params, body, caller, db, now, json }) => {
      const { enrollmentId, moduleId } = fromModuleProgressId(params.id)
      const [viewer, [row]] = await asViewer(db, caller, moduleProgressOf({ enrollmentId, moduleId }))
      requireOwn(viewer, row)
      const [, , [updated]] = await batch(
        db,
        ...addTime({ enrollmentId, moduleId, seconds: body.seconds, now }),
        moduleProgressOf({ enrollmentId, moduleId }),
      )
      if (!updated) throw notFound()
      return json(200, toModuleProgress(updated))
    },
  )
}

/** @throws 404 for progress that the viewer may not see, 403 for progress of another learner */
function requireOwn(viewer: Viewer, row: ModuleProgressRow | undefined): ModuleProgressRow {
  const progress = requireRecord(viewer, row)
  if (progress.userId !== viewer.id) throw forbidden()
  return progress
}
