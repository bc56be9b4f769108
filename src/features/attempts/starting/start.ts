/** Starts an attempt: its row at the desk first, then its object. Both steps are safe to repeat, so the next start finishes a dead one. */
import { batch } from '../../../db/batch.ts'
import { addUsage, backgroundDatabase } from '../../../db/client.ts'
import { repeated } from '../../../db/faults.ts'
import { KeyUsed } from '../../../db/idempotency.ts'
import type { AppContext } from '../../../http/context.ts'
import { forbidden, Refusal, unavailable } from '../../../http/errors.ts'
import { behindGates } from '../../../http/gates.ts'
import { fromColumns } from '../../quizzes/questions/question.ts'
import { shuffle } from '../../quizzes/questions/shuffle.ts'
import { deskOf } from '../desk/client.ts'
import { attemptObject } from '../session/client.ts'
import type { RunningAttempt } from '../session/messages.ts'
import { type Snapshot, toSnapshotQuestions } from '../session/snapshot.ts'
import type { StartReply, StartRequest } from './messages.ts'
import { deleteForeign } from './queries.ts'

/** How many wrong access codes one learner may try at one quiz. */
const ACCESS_CODE_LIMIT = { limit: 5, windowSeconds: 60 }

type Passed = Extract<StartReply, { kind: 'running' | 'admitted' }>
type Admitted = Extract<StartReply, { kind: 'admitted' }>

/**
 * Asks the desk of the quiz, whose bookmark the response carries.
 * @throws whatever the desk refuses with; 403 for a missing or wrong access code, 429 after five wrong ones within a minute
 */
export async function askDesk(c: AppContext, quizId: number, request: StartRequest): Promise<Passed> {
  const reply = await (request.accessCode ? behindCodeGate(c.env, quizId, request) : ask(c.env, quizId, request))
  c.set('bookmark', () => reply.bookmark)
  addUsage(c.get('usage'), reply.usage)
  switch (reply.kind) {
    case 'refused':
      throw new Refusal(reply.refusal.status, reply.refusal.body, reply.refusal.headers)
    case 'key_used':
      throw new KeyUsed()
    case 'code_missing':
      throw forbidden('access_code_required', 'This quiz needs an access code.')
    case 'code_wrong':
      throw forbidden('access_code_wrong', 'The access code is wrong.')
    default:
      return reply
  }
}

/** Safe to repeat. */
const ask = (env: Env, quizId: number, request: StartRequest) =>
  repeated(async () => (await deskOf(env, quizId).start(request)) as StartReply)

/**
 * The gate comes first, so that no round waits for it.
 * @throws 429 with the seconds until the next code may be tried
 */
async function behindCodeGate(env: Env, quizId: number, request: StartRequest): Promise<StartReply> {
  const gate = { key: `access-code:${quizId}:${request.userId}`, limit: ACCESS_CODE_LIMIT }
  try {
    return await behindGates(
      env,
      [gate],
      () => ask(env, quizId, request),
      reply => reply.kind === 'code_wrong',
    )
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 429) throw error
    // The code is not looked at; who needs none passes all the same.
    const reply = await ask(env, quizId, { ...request, accessCode: null })
    if (reply.kind === 'code_missing') throw error
    return reply
  }
}

/** The snapshot of an admitted attempt, for its object. */
export function snapshotOf({ attempt, quiz, asked }: Admitted): Snapshot {
  const { id, userId, enrollmentId, isPreview } = attempt
  const drawn = asked.map(version => ({
    questionId: version.questionId,
    versionId: version.id,
    question: fromColumns(version),
  }))
  return {
    terms: {
      attemptId: id,
      quizId: quiz.id,
      quizTitle: quiz.title,
      userId,
      enrollmentId,
      moduleId: quiz.moduleId,
      courseId: quiz.courseId,
      isPreview,
      isSurvey: quiz.isSurvey,
      passingScore: quiz.passingScore,
      limitMinutes: quiz.timeLimitMinutes,
      availableUntilMs: isPreview || quiz.availableUntil === null ? null : quiz.availableUntil * 1000,
      showFeedback: quiz.showFeedback,
    },
    questions: toSnapshotQuestions(drawn, { randomizeChoices: quiz.randomizeChoices, shuffle }),
  }
}

/**
 * Gives the object its snapshot; the object ignores it when the attempt runs already.
 * @throws 503 while D1 does not have the attempt's end, and when the object holds another learner's attempt: a database
 *   restored from a backup assigns ids again. The function then deletes the row, so that the next start gets another id.
 */
export async function beginAttempt(env: Env, snapshot: Snapshot): Promise<RunningAttempt & { isNew: boolean }> {
  const { terms } = snapshot
  const begun = await attemptObject(env, terms.attemptId).begin(snapshot)
  if (begun.kind === 'running') return begun
  if (begun.kind === 'foreign') {
    console.error({ event: 'attempt id given away twice: see docs/operate/operations.md', attempt: terms.attemptId })
    await batch(backgroundDatabase(env), deleteForeign(terms))
  }
  throw unavailable()
}
