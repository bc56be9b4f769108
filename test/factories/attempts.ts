import { env } from 'cloudflare:workers'
import type { MadeQuestion } from './questions.ts'
import { insert, type Values } from './rows.ts'
import { makeInstructor, type TestUser } from './users.ts'

const now = () => Math.floor(Date.now() / 1000)

/** How a question of an attempt was left: its score in 1/1000 points, `pending`, or not answered. */
export type Left = { question: MadeQuestion; scoreMilli?: number; pending?: boolean; responseData?: object }

export type EndedFields = {
  enrollmentId?: number | null
  status?: 'completed' | 'timed_out' | 'abandoned'
  passingScore?: number
  isSurvey?: boolean
  isPreview?: boolean
  completedAt?: number
}

const share = (part: number, whole: number) => (whole === 0 ? 0 : Math.round((part * 10_000) / whole))
const NANO_PER_MILLI = 1_000_000

/** An ended attempt straight into the database, as carrying over leaves it; completions are left to the caller. */
export async function endedAttempt(
  quizId: number,
  learner: TestUser,
  left: Left[],
  fields: EndedFields = {},
): Promise<number> {
  const { status = 'completed', isSurvey = false, isPreview = false, passingScore = 70 } = fields
  const isScored = !isSurvey && status !== 'abandoned'
  const possible = left.reduce((sum, { question }) => sum + question.question.pointsMilli, 0)
  const earned = left.reduce((sum, { scoreMilli = 0 }) => sum + scoreMilli, 0)
  const score = isScored ? (possible === 0 ? 100_00 : Math.round((earned * 100_00) / possible)) : null
  const passed = score === null ? isSurvey && status === 'completed' : score >= passingScore * 100
  const id =
    (await env.DB.prepare(
      `INSERT INTO attempts (quiz_id, user_id, enrollment_id, is_preview, status, started_at, completed_at, is_survey, passing_score,
         earned_nano, possible_nano, score_hundredths, passed, time_spent_seconds, pending_grading, end_score_hundredths)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 60, ?13, ?11) RETURNING id`,
    )
      .bind(
        quizId,
        learner.id,
        fields.enrollmentId ?? null,
        isPreview ? 1 : 0,
        status,
        fields.completedAt ?? now(),
        isSurvey ? 1 : 0,
        passingScore,
        earned * NANO_PER_MILLI,
        possible * NANO_PER_MILLI,
        score,
        passed ? 1 : 0,
        isScored ? left.filter(({ pending }) => pending).length : 0,
      )
      .first<number>('id')) ?? 0
  const counts = isScored && !isPreview
  const rows = left.map(({ question, scoreMilli = 0, pending = false, responseData }, place) => ({
    id: id * 1000 + place,
    question: question.id,
    version: question.versionId,
    data: JSON.stringify(responseData ?? (pending ? { essay_text: 'Because.' } : {})),
    correct: isSurvey || pending ? null : scoreMilli === question.question.pointsMilli ? 1 : 0,
    score: isSurvey || pending ? null : scoreMilli * NANO_PER_MILLI,
    max: question.question.pointsMilli * NANO_PER_MILLI,
    item: counts && !pending ? share(scoreMilli, question.question.pointsMilli) : null,
    rest: counts && !pending ? share(earned - scoreMilli, possible - question.question.pointsMilli) : null,
    pending: isScored && pending ? 1 : 0,
  }))
  await env.DB.prepare(
    `INSERT INTO responses (id, question_id, question_version_id, key_version_id, response_data, is_correct, score_nano,
       max_nano, item_share, rest_share, submitted_at, is_pending)
     SELECT value->>'id', value->>'question', value->>'version', value->>'version', value->>'data', value->>'correct', value->>'score',
       value->>'max', value->>'item', value->>'rest', ?, value->>'pending' FROM json_each(?)`,
  )
    .bind(fields.completedAt ?? now(), JSON.stringify(rows))
    .run()
  return id
}

/** A regrade as its request leaves it, by somebody new unless said otherwise. */
export const insertRegrade = async (question: number, keyVersion: number, values: Values = {}): Promise<number> =>
  insert('regrades', {
    question_id: question,
    key_version_id: keyVersion,
    is_dry_run: 0,
    total: 0,
    requested_by: values['requested_by'] ?? (await makeInstructor()).id,
    created_at: 0,
    ...values,
  })
