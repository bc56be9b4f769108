/** Derives scores, passes, item analysis and completions from the responses of ended attempts. */
import { type SQL, sql } from 'drizzle-orm'
import { attempts, responses } from '../../db/schema/attempts.ts'
import { enrollments } from '../../db/schema/enrollments.ts'
import { moduleProgress } from '../../db/schema/progress.ts'
import { listed, type Names, statement, type Value } from '../../db/statement.ts'
import { endedSinceReset, isPassed, isShown } from '../progress/queries/completion-conditions.ts'
import {
  completeCourses,
  completeModules,
  recordCompletions,
  reopenCourses,
  reopenModules,
} from '../progress/queries/completions.ts'
import { isOfAttempt } from './queries.ts'

/**
 * A part of a whole in 1/10000, rounded half up, in integers; `ofNothing` when the whole is 0. It computes two digits at a
 * time, because a million points in 10⁻⁹ times ten thousand exceed SQLite's integers and would become floating point.
 */
const ratio = (part: SQL, whole: SQL, ofNothing: number) =>
  sql`CASE ${whole} WHEN 0 THEN ${sql.raw(String(ofNothing))}
    ELSE 100 * (100 * (${part}) / (${whole})) + (200 * (100 * (${part}) % (${whole})) + (${whole})) / (2 * (${whole})) END`

/** `shareOf` in SQL. */
export const share = (part: SQL, whole: SQL) => ratio(part, whole, 0)
/** `percentageHundredths` in SQL. */
const percentage = (earned: SQL, possible: SQL) => ratio(earned, possible, 100_00)

type Settled = { attemptIds: readonly number[]; now: number }

const settleAttempts = statement((db, { attemptIds, now }: Names<Settled>) => {
  const score = percentage(sql`s.earned`, sql`${attempts.possibleNano}`)
  const passes = sql`(${score}) >= ${attempts.passingScore} * 100`
  return db
    .update(attempts)
    .set({
      earnedNano: sql`s.earned`,
      pendingGrading: sql`s.pending`,
      scoreHundredths: score,
      passed: passes,
      lostPassAt: sql`iif(${attempts.passed} AND NOT (${passes}), ${now}, ${attempts.lostPassAt})`,
    })
    .from(
      sql`(SELECT r.attempt_id, coalesce(sum(r.score_nano), 0) AS earned, sum(r.is_pending) AS pending
        FROM json_each(${attemptIds}) j CROSS JOIN responses r ON ${isOfAttempt(sql`r.id`, sql`j.value`)} GROUP BY r.attempt_id) s`,
    )
    .where(
      sql`${attempts.id} = s.attempt_id AND ${attempts.isSurvey} = 0 AND ${attempts.status} IN ('completed', 'timed_out')`,
    )
})

const settleRestShares = statement((db, { attemptIds }: Names<Settled>) => {
  const rest = share(
    sql`a.earned_nano - coalesce(${responses.scoreNano}, 0)`,
    sql`(a.possible_nano - ${responses.maxNano})`,
  )
  return db
    .update(responses)
    .set({ restShare: rest })
    .from(sql`attempts a`)
    .where(
      sql`a.id IN ${listed(attemptIds)} AND ${isOfAttempt(responses.id, sql`a.id`)} AND ${responses.itemShare} IS NOT NULL AND ${responses.restShare} IS NOT (${rest})`,
    )
})

/**
 * The completions to which a pass that was just lost counted. Another pass of the quiz since the last reset keeps them, and so
 * does a module that does not complete by quizzes, or not by this one.
 */
const lostCompletions = ({ attemptIds, now }: Names<Settled>) =>
  sql`${moduleProgress.completedAt} IS NOT NULL AND (${moduleProgress.enrollmentId}, ${moduleProgress.moduleId}) IN (
    SELECT failed.enrollment_id, q.module_id FROM attempts failed JOIN quizzes q ON q.id = failed.quiz_id JOIN modules m ON m.id = q.module_id
    WHERE failed.id IN ${listed(attemptIds)} AND failed.lost_pass_at = ${now} AND failed.is_preview = 0 AND ${isShown}
      AND m.completion_criteria IN ('quiz', 'hybrid') AND NOT ${isPassed(sql`failed.enrollment_id`)}
      AND ${endedSinceReset(sql`failed`, sql`failed.enrollment_id`)})`

const reopenLostCourses = statement((db, settled: Names<Settled>) =>
  reopenCourses(
    db,
    sql`SELECT ${moduleProgress.enrollmentId} FROM ${moduleProgress} WHERE ${lostCompletions(settled)}`,
  ),
)
const reopenLostModules = statement((db, settled: Names<Settled>) => reopenModules(db, lostCompletions(settled)))

/**
 * Statements for the completions by passed attempts: the module if its criteria are met, with an activity, then the course.
 * @param by `passed`: from `FROM` on, a query of the attempts `a` that passed, without previews; `at`: the instant of a
 * completion, Unix seconds
 */
export function completions<P extends object>(by: {
  passed: (settled: Names<P>) => SQL
  at: (settled: Names<P>, enrollmentId: SQL) => Value
}) {
  const theirModules = (settled: Names<P>) =>
    sql`(${moduleProgress.enrollmentId}, ${moduleProgress.moduleId}) IN (
      SELECT a.enrollment_id, q.module_id FROM (SELECT a.enrollment_id, a.quiz_id FROM ${by.passed(settled)}) a JOIN quizzes q ON q.id = a.quiz_id)`
  const theirCourses = (settled: Names<P>) =>
    sql`${enrollments.id} IN (SELECT a.enrollment_id FROM ${by.passed(settled)})`
  const moduleCompletedAt = (settled: Names<P>) => by.at(settled, sql`${moduleProgress.enrollmentId}`)
  const record = statement((db, settled: Names<P>) =>
    recordCompletions(db, theirModules(settled), moduleCompletedAt(settled)),
  )
  const modules = statement((db, settled: Names<P>) =>
    completeModules(db, theirModules(settled), moduleCompletedAt(settled)),
  )
  const courses = statement((db, settled: Names<P>) =>
    completeCourses(db, theirCourses(settled), by.at(settled, sql`${enrollments.id}`)),
  )
  return (settled: P) => ({
    completionsRecorded: record(settled),
    modulesCompleted: modules(settled),
    coursesCompleted: courses(settled),
  })
}

export const completionsOf = completions<Settled>({
  passed: ({ attemptIds }) => sql`attempts a WHERE a.id IN ${listed(attemptIds)} AND a.passed = 1 AND a.is_preview = 0`,
  at: ({ now }) => now,
})

/**
 * Statements for the batch that changes responses of these attempts, in this order: scores, passes and pending counts; rest
 * shares; completions that a lost pass takes back, the course's first; completions by a pass. Each computes from the rows, so
 * all are safe to repeat. Surveys and abandoned attempts have no score; previews count towards no progress.
 * @param settled with `now` in Unix seconds
 */
export const settle = (settled: Settled) => [
  settleAttempts(settled),
  settleRestShares(settled),
  reopenLostCourses(settled),
  reopenLostModules(settled),
  ...Object.values(completionsOf(settled)),
]
