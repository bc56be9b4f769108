/** A task of cron: removes rows for good once their deletion can no longer be undone, a bounded number at a time. */
import { lte, sql } from 'drizzle-orm'
import { batch } from '../db/batch.ts'
import { backgroundDatabase, rowsOf } from '../db/client.ts'
import { repeated } from '../db/faults.ts'
import { deleteExpiredKeys } from '../db/idempotency.ts'
import { audit } from '../db/schema/audit.ts'
import { accessTokens, passwordResets, revokedTokens } from '../db/schema/users.ts'
import { type Names, statement } from '../db/statement.ts'
import { attemptObject } from '../features/attempts/session/client.ts'
import { RESTORE_SECONDS } from '../features/courses/queries.ts'
import { describe } from '../http/errors.ts'

/** How long an `Idempotency-Key` is kept. */
const KEY_SECONDS = 86_400
const ROWS_PER_STATEMENT = 1_000
/** A run ends after this many statements; the next one goes on where it stopped. */
const STATEMENTS_PER_RUN = 55
/** Attempt objects that are called at once. */
const OBJECTS_AT_ONCE = 25

/**
 * Deletes expired rows and rows that can no longer be restored, children first. It may be repeated, and may be cut short.
 * @returns how many rows it removed for good
 */
export async function purge(env: Env, nowMs: number): Promise<number> {
  const db = backgroundDatabase(env)
  const now = Math.floor(nowMs / 1000)
  await repeated(() =>
    batch(
      db,
      deleteExpiredRevocations({ now }),
      deleteExpiredResets({ now }),
      deleteExpiredTokens({ now }),
      deleteExpiredKeys({ before: now - KEY_SECONDS }),
    ),
  )
  await repeated(() => batch(db, deleteOldActs({ before: now - retentionSeconds(env) })))
  return purgeDeleted(env, now - RESTORE_SECONDS)
}

const deleteExpiredRevocations = statement((db, { now }: Names<{ now: number }>) =>
  db.delete(revokedTokens).where(lte(revokedTokens.expiresAt, now)),
)
const deleteExpiredResets = statement((db, { now }: Names<{ now: number }>) =>
  db.delete(passwordResets).where(lte(passwordResets.expiresAt, now)),
)
const deleteExpiredTokens = statement((db, { now }: Names<{ now: number }>) =>
  db.delete(accessTokens).where(lte(accessTokens.expiresAt, now)),
)

/** The database refuses to delete acts that are younger. */
const SHORTEST_RETENTION_DAYS = 30
const DEFAULT_RETENTION_DAYS = 730

/** How long acts are kept. A setting that is not a number counts as the default. */
function retentionSeconds({ AUDIT_RETENTION_DAYS }: Env): number {
  const days = Number(AUDIT_RETENTION_DAYS) || DEFAULT_RETENTION_DAYS
  // A day more, so that the clocks of Worker and database need not agree.
  return (Math.max(SHORTEST_RETENTION_DAYS, days) + 1) * 86_400
}

const deleteOldActs = statement((db, { before }: Names<{ before: number }>) =>
  db
    .delete(audit)
    .where(
      sql`${audit.id} IN (SELECT a.id FROM audit a WHERE a.at <= ${before} ORDER BY a.at LIMIT ${ROWS_PER_STATEMENT})`,
    ),
)

async function purgeDeleted(env: Env, before: number): Promise<number> {
  let statements = 0
  let removed = 0
  // Attempts that still run are untimed. Their objects are discarded first, because they would keep their storage for ever.
  for (let ended = OBJECTS_AT_ONCE; ended === OBJECTS_AT_ONCE; statements += 1) {
    if (statements === STATEMENTS_PER_RUN) return removed
    ended = await discardRunning(env, before)
  }
  for (const { table, key, keysBefore } of CHILDREN_FIRST) {
    for (let deleted = ROWS_PER_STATEMENT; deleted === ROWS_PER_STATEMENT; statements += 1) {
      if (statements === STATEMENTS_PER_RUN) return removed
      const keys = `${keysBefore(before)} LIMIT ${ROWS_PER_STATEMENT}`
      // RETURNING, because `meta.changes` also counts the rows that triggers wrote.
      const rows = await repeated(() => rowsOf(env, `DELETE FROM ${table} WHERE (${key}) IN (${keys}) RETURNING 1`))
      deleted = rows.length
      removed += deleted
    }
  }
  return removed
}

/** Discards the object before the row, so that a run that is cut short finds the row again. */
async function discardRunning(env: Env, before: number): Promise<number> {
  const query = `SELECT id, quiz_id AS quizId FROM attempts WHERE check_at IS NOT NULL AND quiz_id IN ${QUIZZES(before)} LIMIT ${OBJECTS_AT_ONCE}`
  const running = await repeated(() => rowsOf<{ id: number; quizId: number }>(env, query))
  const discarded = await Promise.all(running.map(({ id, quizId }) => discard(env, id, quizId)))
  const ids = running.filter((_, place) => discarded[place]).map(({ id }) => id)
  if (ids.length > 0) {
    await repeated(() => rowsOf(env, `DELETE FROM attempts WHERE id IN (${ids.join()})`))
  }
  return ids.length
}

/** An object that does not answer keeps its row and does not stop the others. */
async function discard(env: Env, id: number, quizId: number): Promise<boolean> {
  try {
    await attemptObject(env, id).discard(quizId)
    return true
  } catch (error) {
    console.error({ event: 'attempt not discarded', attempt: id, ...describe(error) })
    return false
  }
}

type SqlBefore = (before: number) => string
const COURSES: SqlBefore = before => `(SELECT id FROM courses WHERE deleted_at <= ${before})`
const MODULES: SqlBefore = before =>
  `(SELECT id FROM modules WHERE deleted_at <= ${before} UNION SELECT id FROM modules WHERE course_id IN ${COURSES(before)})`
const QUIZZES: SqlBefore = before =>
  `(SELECT id FROM quizzes WHERE deleted_at <= ${before} UNION SELECT id FROM quizzes WHERE module_id IN ${MODULES(before)})`
const CODES: SqlBefore = before =>
  `(SELECT id FROM qr_codes WHERE deleted_at <= ${before} UNION SELECT id FROM qr_codes WHERE course_id IN ${COURSES(before)}
    UNION SELECT id FROM qr_codes WHERE type IN ('attendance', 'module') AND target_id IN ${MODULES(before)})`
const QUESTIONS: SqlBefore = before => `(SELECT id FROM questions WHERE quiz_id IN ${QUIZZES(before)})`

/** Rows of a table by a condition that an index finds. `key` names the primary key of a table without a rowid. */
const rows = (table: string, condition: SqlBefore, key = 'rowid') => ({
  table,
  key,
  keysBefore: (before: number) => `SELECT ${key} FROM ${table} WHERE ${condition(before)}`,
})

/** Traces of learners in modules, found by enrollment: of a whole course, then of modules whose course stays. */
const ofLearners = (table: 'module_progress' | 'study_time', key: string) => [
  rows(table, before => `enrollment_id IN (SELECT id FROM enrollments WHERE course_id IN ${COURSES(before)})`, key),
  {
    table,
    key,
    keysBefore: (before: number) => `SELECT ${key} FROM modules m CROSS JOIN enrollments e ON e.course_id = m.course_id
      CROSS JOIN ${table} t ON t.enrollment_id = e.id AND t.module_id = m.id WHERE m.id IN ${MODULES(before)}`,
  },
]

/** Events are found by their days. A day disappears with its last event, so that a later run does not look at it again. */
const EVENTS: { table: string; key: string; keysBefore: SqlBefore } = {
  table: 'activities',
  key: 'user_id, occurred_at, place',
  keysBefore:
    before => `SELECT a.user_id, a.occurred_at, a.place FROM activity_days d CROSS JOIN activities a ON a.user_id = d.user_id AND a.course_id = d.course_id
    AND a.occurred_at >= d.day * 86400 AND a.occurred_at < (d.day + 1) * 86400
    WHERE d.course_id > 0 AND d.course_id IN ${COURSES(before)}`,
}

const WEBHOOKS: SqlBefore = before => `(SELECT id FROM webhooks WHERE course_id IN ${COURSES(before)})`

const CHILDREN_FIRST: { table: string; key: string; keysBefore: SqlBefore }[] = [
  rows('outbox', before => `webhook_id IN ${WEBHOOKS(before)}`),
  rows('webhook_deliveries', before => `webhook_id IN ${WEBHOOKS(before)}`),
  rows('webhooks', before => `course_id IN ${COURSES(before)}`),
  rows('responses', before => `question_id IN ${QUESTIONS(before)}`),
  rows('attempts', before => `quiz_id IN ${QUIZZES(before)}`),
  rows('regrades', before => `question_id IN ${QUESTIONS(before)}`),
  rows(
    'item_statistics',
    before => `question_version_id IN (SELECT id FROM question_versions WHERE question_id IN ${QUESTIONS(before)})`,
  ),
  rows('quiz_days', before => `quiz_id IN ${QUIZZES(before)}`, 'quiz_id, day'),
  rows('quiz_statistics', before => `quiz_id IN ${QUIZZES(before)}`),
  rows('question_versions', before => `question_id IN ${QUESTIONS(before)}`),
  rows('questions', before => `quiz_id IN ${QUIZZES(before)}`),
  rows('qr_scans', before => `qr_code_id IN ${CODES(before)}`),
  rows('qr_codes', before => `id IN ${CODES(before)}`),
  rows('qr_tallies', before => `course_id IN ${COURSES(before)}`, 'batch_id, kind, expires_at, course_id'),
  EVENTS,
  ...ofLearners('study_time', 'enrollment_id, module_id, day'),
  ...ofLearners('module_progress', 'enrollment_id, module_id'),
  rows('module_days', before => `module_id IN ${MODULES(before)}`, 'module_id, day'),
  rows('module_statistics', before => `module_id IN ${MODULES(before)}`),
  rows('quizzes', before => `id IN ${QUIZZES(before)}`),
  rows('modules', before => `id IN ${MODULES(before)}`),
  rows('enrollments', before => `course_id IN ${COURSES(before)}`),
  rows('course_days', before => `course_id IN ${COURSES(before)}`, 'course_id, day'),
  rows('course_slugs', before => `course_id IN ${COURSES(before)}`, 'slug'),
  rows('courses', before => `deleted_at <= ${before}`),
]
