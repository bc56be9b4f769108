import { requireManagedHidden, sees } from '../../access/courses.ts'
import { requireManagedModule, requireModule } from '../../access/modules.ts'
import { manages } from '../../access/teaching.ts'
import { asViewer } from '../../access/viewer.ts'
import { batch } from '../../db/batch.ts'
import type { Api } from '../../http/api.ts'
import { purgeTags } from '../../http/edge-cache.ts'
import { forbidden, invalid, notFound } from '../../http/errors.ts'
import { object, pathId, queryId } from '../../http/fields.ts'
import { pageBody, pageOf, pageQuery } from '../../http/pagination.ts'
import { recordActivity } from '../activities/queries.ts'
import { recordDeletion, recordRestoration } from '../audit/queries/acts.ts'
import { courseById } from '../courses/queries.ts'
import { enrollmentOf } from '../enrollments/queries.ts'
import { touchModule } from '../progress/queries/record-study.ts'
import { tagOfModule } from '../qr-codes/images/cache-tags.ts'
import {
  accessibleModules,
  deleteModule,
  enrollmentForModule,
  insertModule,
  moduleById,
  newestModuleOf,
  quizzesOfModule,
  restorableModuleById,
  restoreModule,
  updateModule,
} from './queries.ts'
import { Module, ModuleDetail, ModuleInput, ModulePage, moduleValues, toModule, toQuizSummary } from './schemas.ts'

const tag = 'Modules'
const params = object(() => ({ id: pathId() }))
const NOT_ITS_INSTRUCTOR = "Not the course's instructor"

export function moduleRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/modules/',
      tag,
      summary: 'List modules',
      description:
        'Of your own courses, and the published ones of courses you take; for staff all. By `order`, ties by id.',
      token: 'read',
      about: ['course', 'course'],
      query: object(() => ({ course: queryId().optional(), ...pageQuery })),
      responses: { 200: ModulePage },
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const accessible = accessibleModules({ viewerId: caller.userId, ...page }, query)
      const [, rows, [total]] = await asViewer(db, caller, ...accessible)
      return json(200, pageBody(c, page, total?.count ?? 0, rows.map(toModule)))
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/modules/{id}/',
      revised: 'modules',
      tag,
      summary: 'Get module details',
      description:
        'With its quizzes; unpublished ones only for its instructor and staff. A learner’s reading starts the module and counts as a view.',
      token: 'read',
      about: ['module', 'id'],
      params,
      responses: { 200: ModuleDetail },
      refuses: { 403: 'Not enrolled in the course' },
    },
    async ({ params, caller, db, now, json, later }) => {
      const [viewer, [row], [enrollment], quizzes] = await asViewer(
        db,
        caller,
        moduleById({ id: params.id }),
        enrollmentForModule({ userId: caller.userId, moduleId: params.id }),
        quizzesOfModule({ moduleId: params.id }),
      )
      const module = requireModule(viewer, row, enrollment?.status)
      const isAuthor = manages(viewer, module)
      if (!isAuthor && enrollment) {
        const view = {
          userId: viewer.id,
          type: 'module_view',
          targetId: module.id,
          courseId: module.courseId,
          moduleId: module.id,
        } as const
        later(
          batch(db, touchModule({ enrollmentId: enrollment.id, moduleId: module.id, now }), recordActivity(view, now)),
        )
      }
      const visible = quizzes.filter(quiz => quiz.isPublished || isAuthor)
      return json(200, { ...toModule(module), quizzes: visible.map(toQuizSummary) }, module.revision)
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/modules/',
      tag,
      summary: 'Create a module',
      token: 'write',
      about: ['course', 'course'],
      body: ModuleInput,
      responses: { 201: Module },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ body, caller, db, now, json }) => {
      const [viewer, [course], [enrollment]] = await asViewer(
        db,
        caller,
        courseById({ id: body.course }),
        enrollmentOf({ userId: caller.userId, courseId: body.course }),
      )
      if (!course || !sees(viewer, course, enrollment?.status)) throw invalid({ course: ['No such course.'] })
      if (!manages(viewer, course)) throw forbidden()
      const [, [created]] = await batch(
        db,
        insertModule({ courseId: course.id, now }, moduleValues(body)),
        newestModuleOf({ courseId: course.id }),
      )
      if (!created) throw notFound()
      return json(201, toModule(created))
    },
  )

  api.route(
    {
      method: 'put',
      path: '/api/modules/{id}/',
      revised: 'modules',
      tag,
      summary: 'Update a module',
      description: 'What is omitted keeps its value. Nobody’s completion is made or unmade by it.',
      token: 'write',
      about: ['module', 'id'],
      params,
      body: ModuleInput,
      responses: { 200: Module },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, body, caller, db, now, json }) => {
      const [viewer, [row], [enrollment]] = await asViewer(
        db,
        caller,
        moduleById({ id: params.id }),
        enrollmentForModule({ userId: caller.userId, moduleId: params.id }),
      )
      const module = requireManagedModule(viewer, row, enrollment?.status)
      if (body.course !== undefined && body.course !== module.courseId) {
        throw invalid({ course: ['A module stays in its course.'] })
      }
      const [, [updated]] = await batch(
        db,
        updateModule({ id: module.id, now }, moduleValues(body)),
        moduleById({ id: module.id }),
      )
      if (!updated) throw notFound()
      return json(200, toModule(updated), updated.revision)
    },
  )

  api.route(
    {
      method: 'delete',
      path: '/api/modules/{id}/',
      revised: 'modules',
      tag,
      summary: 'Delete a module',
      description: 'It and its quizzes are gone from everywhere at once; for 30 days it can be restored.',
      token: 'write',
      about: ['module', 'id'],
      params,
      responses: { 204: null },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, caller, db, now, c, empty, later }) => {
      const [viewer, [row], [enrollment]] = await asViewer(
        db,
        caller,
        moduleById({ id: params.id }),
        enrollmentForModule({ userId: caller.userId, moduleId: params.id }),
      )
      const module = requireManagedModule(viewer, row, enrollment?.status)
      const act = { actorId: viewer.id, id: module.id, now }
      await batch(db, recordDeletion('module', act), deleteModule(act))
      later(purgeTags(c, tagOfModule(module.id)))
      return empty(204)
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/modules/{id}/restore/',
      tag,
      summary: 'Restore a deleted module',
      description: 'Within 30 days. A module that is not deleted is answered as it is.',
      token: 'write',
      about: ['module', 'id'],
      params,
      responses: { 200: Module },
    },
    async ({ params, caller, db, now, json }) => {
      const [viewer, [row]] = await asViewer(db, caller, restorableModuleById({ id: params.id, now }))
      // Only its managers may learn that a deleted module ever existed.
      const module = requireManagedHidden(viewer, row)
      const act = { actorId: viewer.id, id: module.id, now }
      const [, , [restored]] = await batch(db, recordRestoration('module', act), restoreModule(act), moduleById(act))
      if (!restored) throw notFound()
      return json(200, toModule(restored))
    },
  )
}
