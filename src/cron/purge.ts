/** Cron's work: what was deleted long enough ago is removed for good, a bounded number of rows at a time. */
import { lte } from 'drizzle-orm'
import { batch } from '../db/batch.ts'
import { backgroundDatabase, rowsOf } from '../db/client.ts'
import { repeated } from '../db/faults.ts'
import { passwordResets, revokedTokens } from '../db/schema/users.ts'
import { type Names, statement } from '../db/statement.ts'
import { attemptObject } from '../features/attempts/object.ts'
import { RESTORE_SECONDS } from '../features/courses/queries.ts'
import { describe } from '../http/errors.ts'

const ROWS_PER_STATEMENT = 1_000
/** A run ends after this many statements; the next one goes on where it stopped. */
const STATEMENTS_PER_RUN = 50
/** Objects asked at once. */
const ASKED_AT_ONCE = 25

/**
 * Deletes what expired and what can no longer be restored, children first. Safe to repeat, safe to be cut short.
 * @returns how many deleted rows are gone for good
 */
export async function purge(env: Env, nowMs: number): Promise<number> {
  const db = backgroundDatabase(env)
  const now = Math.floor(nowMs / 1000)
  await repeated(() => batch(db, deleteExpiredRevocations({ now }), deleteExpiredResets({ now })))
  return purgeDeleted(env, now - RESTORE_SECONDS)
}

const deleteExpiredRevocations = statement((db, { now }: Names<{ now: number }>) =>
  db.delete(revokedTokens).where(lte(revokedTokens.expiresAt, now)),
)
const deleteExpiredResets = statement((db, { now }: Names<{ now: number }>) =>
  db.delete(passwordResets).where(lte(passwordResets.expiresAt, now)),
)

async function purgeDeleted(env: Env, before: number): Promise<number> {
  let statements = 0
  let gone = 0
  // Attempts that run still are untimed, or they would have ended: their objects would keep their storage for ever.
  for (let ended = ASKED_AT_ONCE; ended === ASKED_AT_ONCE; statements += 1) {
    if (statements === STATEMENTS_PER_RUN) return gone
    ended = await discardRunning(env, before)
  }
  for (const { table, doomed } of CHILDREN_FIRST) {
    for (let deleted = ROWS_PER_STATEMENT; deleted === ROWS_PER_STATEMENT; statements += 1) {
      if (statements === STATEMENTS_PER_RUN) return gone
      const ids = `SELECT rowid FROM ${table} WHERE ${doomed(before)} LIMIT ${ROWS_PER_STATEMENT}`
      // RETURNING, because `meta.changes` counts what the triggers wrote as well.
      const rows = await repeated(() => rowsOf(env, `DELETE FROM ${table} WHERE rowid IN (${ids}) RETURNING 1`))
      deleted = rows.length
      gone += deleted
    }
  }
  return gone
}

/** The object first: a run that is cut short finds the row again. */
async function discardRunning(env: Env, before: number): Promise<number> {
  const found = `SELECT id, quiz_id AS quizId FROM attempts WHERE check_at IS NOT NULL AND quiz_id IN ${QUIZZES(before)} LIMIT ${ASKED_AT_ONCE}`
  const running = await repeated(() => rowsOf<{ id: number; quizId: number }>(env, found))
  const discarded = await Promise.all(running.map(({ id, quizId }) => discard(env, id, quizId)))
  const ids = running.filter((_, place) => discarded[place]).map(({ id }) => id)
  if (ids.length > 0) {
    await repeated(() => rowsOf(env, `DELETE FROM attempts WHERE id IN (${ids.join()})`))
  }
  return ids.length
}

/** One that does not answer keeps its row, and the others from nothing. */
async function discard(env: Env, id: number, quizId: number): Promise<boolean> {
  try {
    await attemptObject(env, id).discard(quizId)
    return true
  } catch (error) {
    console.error({ event: 'attempt not discarded', attempt: id, ...describe(error) })
    return false
  }
}

type Doomed = (before: number) => string
const COURSES: Doomed = before => `(SELECT id FROM courses WHERE deleted_at <= ${before})`
const MODULES: Doomed = before =>
  `(SELECT id FROM modules WHERE deleted_at <= ${before} UNION SELECT id FROM modules WHERE course_id IN ${COURSES(before)})`
const QUIZZES: Doomed = before =>
  `(SELECT id FROM quizzes WHERE deleted_at <= ${before} UNION SELECT id FROM quizzes WHERE module_id IN ${MODULES(before)})`
const QUESTIONS: Doomed = before => `(SELECT id FROM questions WHERE quiz_id IN ${QUIZZES(before)})`

const CHILDREN_FIRST: { table: string; doomed: Doomed }[] = [
  { table: 'responses', doomed: before => `question_id IN ${QUESTIONS(before)}` },
  { table: 'attempts', doomed: before => `quiz_id IN ${QUIZZES(before)}` },
  { table: 'quiz_attempt_counts', doomed: before => `quiz_id IN ${QUIZZES(before)}` },
  { table: 'regrades', doomed: before => `question_id IN ${QUESTIONS(before)}` },
  {
    table: 'item_statistics',
    doomed: before =>
      `question_version_id IN (SELECT id FROM question_versions WHERE question_id IN ${QUESTIONS(before)})`,
  },
  { table: 'quiz_days', doomed: before => `quiz_id IN ${QUIZZES(before)}` },
  { table: 'quiz_statistics', doomed: before => `quiz_id IN ${QUIZZES(before)}` },
  { table: 'question_versions', doomed: before => `question_id IN ${QUESTIONS(before)}` },
  { table: 'questions', doomed: before => `quiz_id IN ${QUIZZES(before)}` },
  {
    table: 'qr_scans',
    doomed: before =>
      `qr_code_id IN (SELECT id FROM qr_codes WHERE deleted_at <= ${before} OR course_id IN ${COURSES(before)})`,
  },
  { table: 'qr_codes', doomed: before => `deleted_at <= ${before} OR course_id IN ${COURSES(before)}` },
  { table: 'qr_tallies', doomed: before => `course_id IN ${COURSES(before)}` },
  { table: 'activities', doomed: before => `course_id IN ${COURSES(before)} OR module_id IN ${MODULES(before)}` },
  { table: 'study_time', doomed: before => `module_id IN ${MODULES(before)}` },
  { table: 'module_progress', doomed: before => `module_id IN ${MODULES(before)}` },
  { table: 'module_days', doomed: before => `module_id IN ${MODULES(before)}` },
  { table: 'module_statistics', doomed: before => `module_id IN ${MODULES(before)}` },
  { table: 'quizzes', doomed: before => `id IN ${QUIZZES(before)}` },
  { table: 'modules', doomed: before => `id IN ${MODULES(before)}` },
  { table: 'enrollments', doomed: before => `course_id IN ${COURSES(before)}` },
  { table: 'course_days', doomed: before => `course_id IN ${COURSES(before)}` },
  { table: 'course_slugs', doomed: before => `course_id IN ${COURSES(before)}` },
  { table: 'courses', doomed: before => `deleted_at <= ${before}` },
]
