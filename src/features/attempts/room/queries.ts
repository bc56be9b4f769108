/** SQL of the exam room: the attempts at a quiz, their learners, and how many learners have not started. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { isTakingPart } from '../../../access/participation.ts'
import { distinctly } from '../../../db/columns.ts'
import { attempts } from '../../../db/schema/attempts.ts'
import { courses } from '../../../db/schema/courses.ts'
import { modules } from '../../../db/schema/modules.ts'
import { quizzes } from '../../../db/schema/quizzes.ts'
import { users } from '../../../db/schema/users.ts'
import { listed, type Names, type RowOf, statement, type Value } from '../../../db/statement.ts'
import { isLive, isOfAttempt } from '../queries.ts'

type OfQuiz = { quizId: number }

const ownerColumns = distinctly({
  id: quizzes.id,
  instructorId: courses.instructorId,
})

/** What decides who may watch; no row for a quiz that is deleted. */
export const watchedQuiz = statement((db, { quizId }: Names<OfQuiz>) =>
  db
    .select(ownerColumns)
    .from(quizzes)
    .innerJoin(modules, eq(modules.id, quizzes.moduleId))
    .innerJoin(courses, eq(courses.id, modules.courseId))
    .where(and(eq(quizzes.id, quizId), isLive)),
)

const shownColumns = distinctly({
  id: attempts.id,
  userId: attempts.userId,
  status: attempts.status,
  startedAt: attempts.startedAt,
  extendedMinutes: attempts.extendedMinutes,
  limitMinutes: quizzes.timeLimitMinutes,
  availableUntil: quizzes.availableUntil,
  username: users.username,
  firstName: users.firstName,
  lastName: users.lastName,
  questions: sql<number>`min(coalesce(${quizzes.questionCount}, 1000),
    (SELECT count(*) FROM questions q WHERE q.quiz_id = ${quizzes.id} AND q.retired_at IS NULL))`.as('questions'),
  /** JSON: how many responses were submitted, how many there are, and when the newest was submitted. */
  responses: sql<string>`(SELECT json_array(count(r.submitted_at), count(*), max(r.submitted_at))
    FROM responses r WHERE ${isOfAttempt(sql`r.id`, attempts.id)})`.as('responses'),
})

type Before = OfQuiz & { before: number; limit: number }

/** Of one status, from the index, which has them in the order of their ids. */
const newestOf = (status: string, { quizId, before, limit }: Names<Before>) =>
  sql`SELECT id FROM (SELECT id FROM attempts INDEXED BY attempts_by_quiz_status
    WHERE quiz_id = ${quizId} AND status = ${sql.raw(`'${status}'`)} AND id < ${before} AND is_preview = 0 ORDER BY id DESC LIMIT ${limit})`

/**
 * The newest attempts at a quiz before an id, newest first and without previews. A running attempt has no responses here;
 * `questions` is how many the quiz asks today.
 */
export const attemptsBefore = statement((db, page: Names<Before>) => {
  const statuses = ['in_progress', 'completed', 'timed_out', 'abandoned']
  const newest = sql.join(
    statuses.map(status => newestOf(status, page)),
    sql` UNION ALL `,
  )
  return db
    .select(shownColumns)
    .from(attempts)
    .innerJoin(quizzes, eq(quizzes.id, attempts.quizId))
    .innerJoin(users, eq(users.id, attempts.userId))
    .where(sql`${attempts.id} IN (SELECT id FROM (${newest}) ORDER BY id DESC LIMIT ${page.limit})`)
    .orderBy(sql`${attempts.id} DESC`)
})
export type ShownAttempt = RowOf<typeof attemptsBefore>

/** The ids of the running attempts that may appear, from an index. */
export const runningAttemptIds = statement((db, { quizId }: Names<OfQuiz>) =>
  db
    .select({ id: attempts.id })
    .from(attempts)
    .where(and(eq(attempts.quizId, quizId), sql`${attempts.status} = 'in_progress'`, sql`${attempts.isPreview} = 0`)),
)

const courseOf = (quizId: Value) =>
  sql`(SELECT m.course_id FROM quizzes q JOIN modules m ON m.id = q.module_id WHERE q.id = ${quizId})`
const attemptsOf = (userId: SQL, quizId: Value) =>
  sql`FROM attempts a WHERE a.user_id = ${userId} AND a.quiz_id = ${quizId} AND a.is_preview = 0`

/** How many learners of the course have no attempt at the quiz, and the newest attempt of all at that moment. */
export const notStarted = statement((db, { quizId }: Names<OfQuiz>) =>
  db
    .select({
      learners:
        sql<number>`(SELECT count(*) FROM enrollments e WHERE e.course_id = ${courseOf(quizId)} AND ${isTakingPart()}
        AND NOT EXISTS (SELECT 1 ${attemptsOf(sql`e.user_id`, quizId)}))`.as('learners'),
      upTo: sql<number>`(SELECT coalesce(max(id), 0) FROM attempts)`.as('upTo'),
    })
    .from(sql`(SELECT 1)`),
)

/** Names of learners, their first attempts at the quiz, and whether they take part in its course. */
export const learnersByIds = statement((db, { quizId, ids }: Names<OfQuiz & { ids: readonly number[] }>) =>
  db
    .select({
      id: sql<number>`u.id`.as('id'),
      username: sql<string>`u.username`.as('username'),
      firstName: sql<string>`u.first_name`.as('firstName'),
      lastName: sql<string>`u.last_name`.as('lastName'),
      firstAttemptId: sql<number | null>`(SELECT min(a.id) ${attemptsOf(sql`u.id`, quizId)})`.as('firstAttemptId'),
      isTakingPart: sql<number>`EXISTS (SELECT 1 FROM enrollments e
        WHERE e.user_id = u.id AND e.course_id = ${courseOf(quizId)} AND ${isTakingPart()})`.as('isTakingPart'),
    })
    .from(sql`users u`)
    .where(sql`u.id IN ${listed(ids)}`),
)
