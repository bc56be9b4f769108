/** SQL of starting attempts at one quiz, for many learners at once: the rows that decide who may start, and the attempts. */

import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { EnrollmentStatus } from '../../../access/participation.ts'
import { distinctly } from '../../../db/columns.ts'
import { attempts } from '../../../db/schema/attempts.ts'
import { courses } from '../../../db/schema/courses.ts'
import { idempotencyKeys } from '../../../db/schema/idempotency.ts'
import { modules } from '../../../db/schema/modules.ts'
import { questionVersions, quizzes } from '../../../db/schema/quizzes.ts'
import { listed, type Names, type RowOf, statement, type Value } from '../../../db/statement.ts'
import type { ActKey } from '../../../http/idempotency.ts'
import { insertActivities } from '../../activities/queries.ts'
import { touchModules } from '../../progress/queries/record-study.ts'
import { contentColumns } from '../../quizzes/questions/queries.ts'
import { isLive } from '../queries.ts'

const startableColumns = distinctly({
  id: quizzes.id,
  title: quizzes.title,
  timeLimitMinutes: quizzes.timeLimitMinutes,
  passingScore: quizzes.passingScore,
  randomizeQuestions: quizzes.randomizeQuestions,
  randomizeChoices: quizzes.randomizeChoices,
  questionCount: quizzes.questionCount,
  allowMultipleAttempts: quizzes.allowMultipleAttempts,
  maxAttempts: quizzes.maxAttempts,
  isPublished: quizzes.isPublished,
  isSurvey: quizzes.isSurvey,
  accessCode: quizzes.accessCode,
  allowTimeExtension: quizzes.allowTimeExtension,
  showFeedback: quizzes.showFeedback,
  availableFrom: quizzes.availableFrom,
  availableUntil: quizzes.availableUntil,
  moduleId: modules.id,
  moduleIsPublished: modules.isPublished,
  courseId: courses.id,
  courseStatus: courses.status,
  courseStartDate: courses.startDate,
  courseEndDate: courses.endDate,
  instructorId: courses.instructorId,
})

/** A quiz with all columns that decide whether an attempt at it may start. */
export const startableQuiz = statement((db, { id }: Names<{ id: number }>) =>
  db
    .select(startableColumns)
    .from(quizzes)
    .innerJoin(modules, eq(modules.id, quizzes.moduleId))
    .innerJoin(courses, eq(courses.id, modules.courseId))
    .where(and(eq(quizzes.id, id), isLive)),
)
export type StartableQuiz = RowOf<typeof startableQuiz>

type Learners = { quizId: number; userIds: readonly number[] }
/** The learners as a table to begin a `FROM` with; the cross join after it keeps SQLite from reading all attempts of a quiz. */
const learners = (userIds: Value) => sql`json_each(${userIds}) learner`

/** Their attempts whose end D1 does not have, even if the quiz is deleted. */
export const runningAttempts = statement((db, { quizId, userIds }: Names<Learners>) =>
  db
    .select({
      id: sql<number>`a.id`.as('id'),
      userId: sql<number>`a.user_id`.as('userId'),
      isPreview: sql<boolean>`a.is_preview`.mapWith(attempts.isPreview).as('isPreview'),
      enrollmentId: sql<number | null>`a.enrollment_id`.as('enrollmentId'),
    })
    .from(
      sql`${learners(userIds)} CROSS JOIN attempts a INDEXED BY attempts_one_running
        ON a.quiz_id = ${quizId} AND a.user_id = learner.value AND a.status = 'in_progress'`,
    ),
)
export type RunningRow = RowOf<typeof runningAttempts>

export type Enrollment = RowOf<typeof enrollmentsOf>
export const enrollmentsOf = statement((db, { quizId, userIds }: Names<Learners>) =>
  db
    .select({
      id: sql<number>`e.id`.as('id'),
      userId: sql<number>`e.user_id`.as('userId'),
      status: sql<EnrollmentStatus>`e.status`.as('status'),
    })
    .from(
      sql`${learners(userIds)} CROSS JOIN enrollments e ON e.user_id = learner.value AND e.course_id =
        (SELECT m.course_id FROM quizzes q JOIN modules m ON m.id = q.module_id WHERE q.id = ${quizId})`,
    ),
)

/** How many attempts a learner may start within an hour where a quiz sets no limit, because each stores its questions and answers. */
export const HOURLY_LIMIT = 30

/** Of each learner: how many attempts count, and when the last attempt but 29 began. */
export const attemptsUsed = statement((db, { quizId, userIds }: Names<Learners>) =>
  db
    .select({
      userId: sql<number>`learner.value`.as('userId'),
      used: sql<number>`(SELECT count(*) FROM attempts a
        WHERE a.user_id = learner.value AND a.quiz_id = ${quizId} AND a.is_preview = 0)`.as('used'),
      hourlyLimitSince: sql<number | null>`(SELECT a.started_at FROM attempts a
        WHERE a.user_id = learner.value AND a.quiz_id = ${quizId} ORDER BY a.id DESC LIMIT 1 OFFSET ${HOURLY_LIMIT - 1})`.as(
        'hourlyLimitSince',
      ),
    })
    .from(learners(userIds)),
)
export type Used = RowOf<typeof attemptsUsed>

/** Whose `Idempotency-Key` was used before. */
export const keysUsed = statement((db, { keys }: Names<{ keys: readonly { userId: number; key: string }[] }>) =>
  db.select({ userId: sql<number>`k.user_id`.as('userId') }).from(
    sql`json_each(${keys}) asked CROSS JOIN idempotency_keys k
        ON k.user_id = asked.value->>'userId' AND k.key = asked.value->>'key'`,
  ),
)

const characters = (version: SQL) =>
  sql`length(${version}.text) + length(${version}.explanation) + length(${version}.body)`

/** The questions that a quiz may draw, in order, each with its newest version and the characters in it. */
export const drawableQuestions = statement((db, { quizId }: Names<{ quizId: number }>) =>
  db
    .select({
      questionId: sql<number>`qs.id`.as('questionId'),
      versionId: sql<number>`v.id`.as('versionId'),
      characters: sql<number>`${characters(sql`v`)}`.as('characters'),
    })
    .from(
      sql`questions qs CROSS JOIN question_versions v
        ON v.id = (SELECT max(newest.id) FROM question_versions newest WHERE newest.question_id = qs.id)`,
    )
    .where(sql`qs.quiz_id = ${quizId} AND qs.retired_at IS NULL`)
    .orderBy(sql`qs."order"`, sql`qs.id`),
)
export type Drawable = RowOf<typeof drawableQuestions>

/** A learner whose attempt may begin. */
export type Starting = {
  userId: number
  /** Null for a preview. */
  enrollmentId: number | null
  /** Null for no limit. */
  attemptsAtMost: number | null
  key: ActKey | null
}
/** What attempts that begin together have in common. */
type Begun = {
  /** All versions that any of the attempts draws. */
  versionIds: readonly number[]
  /** The characters of these versions, as they were when the attempts drew. */
  characters: number
  checkAt: number
  now: number
}
type StartedQuiz = Pick<StartableQuiz, 'isSurvey' | 'passingScore' | 'courseId' | 'moduleId'> & { quizId: number }
type NewAttempts = StartedQuiz & Begun & { starting: readonly Starting[] }

/**
 * A `FROM`: the learners whose attempts begin. None that runs has one; none is left means none; and nobody's begins when a
 * version was edited since it was drawn. Every statement about a new attempt asks this, so the attempts come last.
 */
function beginning({ starting, quizId, versionIds, characters: drawn }: Names<NewAttempts>, condition = sql`1`) {
  const own = sql`SELECT 1 FROM attempts WHERE user_id = s.value->>'userId' AND quiz_id = ${quizId}`
  const atMost = sql`s.value->>'attemptsAtMost'`
  return sql`FROM json_each(${starting}) s WHERE ${condition}
    AND NOT EXISTS (${own} AND status = 'in_progress')
    AND (${atMost} IS NULL OR (SELECT count(*) FROM (${own} AND is_preview = 0)) < ${atMost})
    AND (SELECT total(${characters(sql`v`)}) FROM question_versions v WHERE v.id IN ${listed(versionIds)}) = ${drawn}`
}
/** A preview records nothing. */
const isLearner = sql`s.value->>'enrollmentId' IS NOT NULL`

/** Keeps the cron job from the row of a start that died, while the next start finishes it. */
const postponeChecks = statement(
  (db, { quizId, userIds, checkAt }: Names<{ quizId: number; userIds: readonly number[]; checkAt: number }>) =>
    db
      .update(attempts)
      .set({ checkAt: sql`${checkAt}` })
      .where(
        sql`${attempts.quizId} = ${quizId} AND ${attempts.userId} IN ${listed(userIds)} AND ${attempts.status} = 'in_progress'`,
      ),
)

const recordStarts = statement((db, begun: Names<NewAttempts>) => {
  const { quizId, courseId, moduleId, now } = begun
  const event = {
    userId: sql`s.value->>'userId'`,
    type: 'quiz_start',
    targetId: quizId,
    courseId,
    moduleId,
    now,
  } as const
  return insertActivities(db, event, beginning(begun, isLearner))
})

const startModules = statement((db, begun: Names<NewAttempts>) => {
  const { moduleId, now } = begun
  const touched = { enrollmentId: sql`s.value->>'enrollmentId'`, moduleId, startedAt: now }
  return touchModules(db, touched, now, beginning(begun, isLearner))
})

const insertAttempts = statement((db, begun: Names<NewAttempts>) => {
  const { quizId, isSurvey, passingScore, checkAt, now } = begun
  return db.insert(attempts).select(
    sql`SELECT NULL, ${quizId}, s.value->>'userId', s.value->>'enrollmentId', s.value->>'enrollmentId' IS NULL, 'in_progress',
      ${now}, NULL, ${checkAt}, ${isSurvey}, ${passingScore}, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL
      ${beginning(begun)}`,
  )
})

/** The keys of those whose attempt begins. */
const keepKeys = statement((db, begun: Names<NewAttempts>) =>
  db.insert(idempotencyKeys).select(
    sql`SELECT s.value->>'userId', s.value->>'$.key.key', s.value->>'$.key.fingerprint', 0, ${begun.now}, NULL, NULL
      ${beginning(begun, sql`s.value->>'$.key.key' IS NOT NULL`)}`,
  ),
)

/** An attempt shows these versions, so this stops later edits from changing them. */
const markDrawn = statement((db, { versionIds, now }: Names<{ versionIds: readonly number[]; now: number }>) =>
  db
    .update(questionVersions)
    .set({ drawnAt: sql`${now}` })
    .where(and(sql`${questionVersions.id} IN ${listed(versionIds)}`, isNull(questionVersions.drawnAt))),
)

const drawnVersions = statement((db, { versionIds }: Names<{ versionIds: readonly number[] }>) =>
  db
    .select({
      id: questionVersions.id,
      characters: sql<number>`${characters(sql`question_versions`)}`.as('characters'),
      ...contentColumns,
    })
    .from(questionVersions)
    .where(sql`${questionVersions.id} IN ${listed(versionIds)}`),
)
export type DrawnVersion = RowOf<typeof drawnVersions>

/**
 * The statements that begin the attempts of these learners, where the database still admits them, and read what then runs. Safe
 * to repeat: what has begun does not begin again.
 */
export function beginAttempts(
  { id: quizId, isSurvey, passingScore, courseId, moduleId }: Omit<StartableQuiz, 'accessCode'>,
  starting: readonly Starting[],
  begun: Begun,
) {
  const { versionIds, checkAt, now } = begun
  const userIds = starting.map(({ userId }) => userId)
  const attempts = { quizId, isSurvey, passingScore, courseId, moduleId, starting, ...begun }
  return {
    postponed: postponeChecks({ quizId, userIds, checkAt }),
    recorded: recordStarts(attempts),
    modulesStarted: startModules(attempts),
    ...(starting.some(({ key }) => key) && { keys: keepKeys(attempts) }),
    inserted: insertAttempts(attempts),
    drawn: markDrawn({ versionIds, now }),
    running: runningAttempts({ quizId, userIds }),
    versions: drawnVersions({ versionIds }),
  }
}

/** Deletes a row whose id an object holds for another attempt. */
export const deleteForeign = statement((db, { attemptId, userId }: Names<{ attemptId: number; userId: number }>) =>
  db
    .delete(attempts)
    .where(and(eq(attempts.id, attemptId), eq(attempts.userId, userId), sql`${attempts.status} = 'in_progress'`)),
)
