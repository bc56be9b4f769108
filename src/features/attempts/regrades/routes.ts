import { requireManagedModule } from '../../../access/modules.ts'
import { asViewer } from '../../../access/viewer.ts'
import { batchOf } from '../../../db/batch.ts'
import type { Api } from '../../../http/api.ts'
import { ruleViolation } from '../../../http/errors.ts'
import { object, pathId } from '../../../http/fields.ts'
import { enrollmentForQuestion } from '../../quizzes/questions/queries.ts'
import { regradeJob } from './job.ts'
import {
  enrollmentForRegrade,
  freezeKey,
  insertRegrade,
  recordRegrade,
  regradableQuestion,
  regradeById,
  runningRegrade,
} from './queries.ts'
import { Regrade, RegradeInput, toRegrade } from './schemas.ts'

const tag = 'Quiz System'
const params = object(() => ({ id: pathId() }))
const NOT_ITS_INSTRUCTOR = "Not the course's instructor"

export function regradeRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/questions/{id}/regrade/',
      tag,
      summary: 'Regrade a question',
      description:
        'After a mistake in its key was put right: grades every response to it by the key of today, with the points that were shown. Scores, passes, completions and statistics follow; attempts that still run follow when they end. Asked again while it runs, it answers the one that runs.',
      token: 'write',
      about: ['question', 'id'],
      params,
      body: RegradeInput,
      responses: { 202: Regrade },
      refuses: { 400: 'An essay, or a question whose type was changed', 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, body, caller, db, env, now, json }) => {
      const [viewer, [row], [enrollment]] = await asViewer(
        db,
        caller,
        regradableQuestion({ id: params.id }),
        enrollmentForQuestion({ userId: caller.userId, questionId: params.id }),
      )
      const question = requireManagedModule(viewer, row && withIsPublished(row), enrollment?.status)
      if (question.type === 'essay') throw ruleViolation('essay_not_regraded', 'Essays are graded by hand.')
      if (question.hasOtherTypes)
        throw ruleViolation(
          'question_type_changed',
          'The type of this question was changed; older answers do not fit it.',
        )
      const { id, keyVersionId, type } = question
      const wanted = { questionId: id, keyVersionId, type, isDryRun: body.dry_run ?? false, requestedBy: viewer.id }
      const {
        running: [regrade],
      } = await batchOf(db, {
        inserted: insertRegrade({ ...wanted, now }),
        ...(!wanted.isDryRun && { recorded: recordRegrade({ ...wanted, now }) }),
        frozen: freezeKey({ keyVersionId, now }),
        running: runningRegrade(wanted),
      })
      if (!regrade) throw ruleViolation('question_changed', 'The question has been changed in between. Try again.')
      await regradeJob(env, regrade.id).start()
      return json(202, toRegrade(regrade))
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/regrades/{id}/',
      tag,
      summary: 'Get a regrade',
      description: 'How far it is. `total` is what there was when it was asked for; in the end, what was graded.',
      token: 'read',
      about: ['regrade', 'id'],
      params,
      responses: { 200: Regrade },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, caller, db, json }) => {
      const [viewer, [row], [enrollment]] = await asViewer(
        db,
        caller,
        regradeById({ id: params.id }),
        enrollmentForRegrade({ userId: caller.userId, regradeId: params.id }),
      )
      return json(200, toRegrade(requireManagedModule(viewer, row && withIsPublished(row), enrollment?.status)))
    },
  )
}

/** A question is published when its quiz and its module are. */
const withIsPublished = <R extends { isQuizPublished: boolean; isModulePublished: boolean }>(row: R) => ({
  ...row,
  isPublished: row.isQuizPublished && row.isModulePublished,
})
