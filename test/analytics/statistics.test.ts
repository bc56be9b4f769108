import { env } from 'cloudflare:workers'
import { sql as drizzle } from 'drizzle-orm'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { purge } from '../../src/cron/purge.ts'
import { batch } from '../../src/db/batch.ts'
import { backgroundDatabase } from '../../src/db/client.ts'
import { type Names, statement } from '../../src/db/statement.ts'
import { recordActivity, recordActivityIfChanged } from '../../src/features/activities/queries.ts'
import { rebuildQuizStatistics } from '../../src/features/analytics/quizzes/rebuild.ts'
import { deleteCourse, restoreCourse } from '../../src/features/courses/queries.ts'
import { dropEnrollment, takeSeat } from '../../src/features/enrollments/queries.ts'
import { enrollAll, removeEnrollment } from '../../src/features/enrollments/roster/queries.ts'
import {
  completeCourse,
  completeModule,
  reopenCourse,
  resetModule,
} from '../../src/features/progress/queries/completions.ts'
import {
  addStudyTimes,
  markContentCompleted,
  touchModule,
  touchModuleIf,
} from '../../src/features/progress/queries/record-study.ts'
import { keptStatistics, recountedStatistics, STATISTICS } from '../helpers/statistics.ts'

const db = backgroundDatabase(env)
const sql = (query: string, ...values: unknown[]) => env.DB.prepare(query).bind(...values)
const DAY_SECONDS = 86_400
const START = Date.parse('2026-03-01T00:00:00Z') / 1000

/** Two instructors' three courses with three modules of two quizzes (one a survey), and eight people. */
const [COURSES, MODULES, QUIZZES, QUESTIONS, PEOPLE] = [3, 9, 18, 3, 8]
const moduleOf = (quiz: number) => Math.ceil(quiz / 2)
const courseOf = (module: number) => Math.ceil(module / 3)
const isSurvey = (quiz: number) => quiz % 6 === 0

const series = (count: number) =>
  `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) SELECT`

beforeAll(async () => {
  await env.DB.batch([
    sql(`INSERT INTO users (id, username, username_key, email, email_key, is_instructor, created_at, updated_at)
      ${series(PEOPLE + 2)} i, 'p' || i, 'p' || i, 'p' || i, 'p' || i, i > ${PEOPLE}, 0, 0 FROM n`),
    sql(`INSERT INTO courses (id, title, slug, status, instructor_id, created_at, updated_at)
      ${series(COURSES)} i, 'C', 'c' || i, 'published', ${PEOPLE} + 1 + i % 2, 0, 0 FROM n`),
    sql(`INSERT INTO modules (id, course_id, title, "order", is_published, created_at, updated_at)
      ${series(MODULES)} i, (i + 2) / 3, 'M', i, 1, 0, 0 FROM n`),
    sql(`INSERT INTO quizzes (id, module_id, title, is_published, is_survey, created_at, updated_at)
      ${series(QUIZZES)} i, (i + 1) / 2, 'Q', 1, i % 6 = 0, 0, 0 FROM n`),
    sql(`INSERT INTO questions (id, quiz_id, "order") ${series(QUIZZES * QUESTIONS)} i, (i + 2) / 3, i FROM n`),
    // Two versions of each question, ids q and 1000 + q.
    sql(`INSERT INTO question_versions (id, question_id, type, text, created_at)
      ${series(QUIZZES * QUESTIONS)} i, i, 'essay', 'old', 0 FROM n`),
    sql(`INSERT INTO question_versions (id, question_id, type, text, created_at)
      ${series(QUIZZES * QUESTIONS)} 1000 + i, i, 'essay', 'new', 0 FROM n`),
  ])
})

type Event = { kind: string; who: number; what: number; size: number; day: number }
const KINDS = [
  ...[
    'enroll',
    'enroll',
    'drop',
    'remove',
    'invite',
    'touch',
    'complete',
    'complete',
    'reset',
    'time',
    'event',
    'login',
  ],
  ...['start', 'start', 'preview', 'end', 'end', 'end', 'abandon', 'grade', 'regrade', 'discard'],
  ...['delete', 'restore', 'restore', 'hand over', 'unpublish', 'publish'],
]
const event: fc.Arbitrary<Event> = fc.record({
  kind: fc.constantFrom(...KINDS),
  who: fc.integer({ min: 1, max: PEOPLE }),
  what: fc.nat(1_000),
  size: fc.nat(10_000),
  day: fc.nat(9),
})

type Studied = Names<{ enrollmentId: number; moduleId: number; now: number; seconds: number }>
/** As at the end of an attempt, which bounds its time itself. */
const touchForTime = statement((db, time: Studied) =>
  touchModuleIf(db, time, always, { timeSpentSeconds: time.seconds }),
)
const addStudyTime = statement((db, time: Studied) => addStudyTimes(db, time, drizzle`WHERE ${always}`))
const always = drizzle`1`

async function happen({ kind, who, what, size, day }: Event): Promise<void> {
  const now = START + day * DAY_SECONDS + size
  const [module, quiz] = [1 + (what % MODULES), 1 + (what % QUIZZES)]
  const course = courseOf(module)
  const enrollment =
    (await sql('SELECT id FROM enrollments WHERE user_id = ? AND course_id = ?', who, course).first<number>('id')) ?? 0
  const event = { userId: who, type: 'module_complete', targetId: module, courseId: course, moduleId: module } as const
  const studied = { enrollmentId: enrollment, moduleId: module, now }
  const learns: Record<string, () => Promise<unknown>> = {
    drop: () => batch(db, dropEnrollment({ userId: who, courseId: course })),
    remove: () => batch(db, removeEnrollment({ courseId: course, id: enrollment, now })),
    touch: () => batch(db, touchModule(studied)),
    complete: () =>
      batch(
        db,
        markContentCompleted(studied),
        completeModule({ enrollmentId: enrollment, moduleId: module, now }),
        recordActivityIfChanged(event, now),
        completeCourse({ enrollmentId: enrollment, now }),
      ),
    reset: () =>
      batch(
        db,
        reopenCourse({ enrollmentId: enrollment, moduleId: module }),
        resetModule({ enrollmentId: enrollment, moduleId: module, now }),
      ),
    time: () => batch(db, touchForTime({ ...studied, seconds: size }), addStudyTime({ ...studied, seconds: size })),
  }
  if (learns[kind] && enrollment > 0) return void (await learns[kind]())
  switch (kind) {
    case 'enroll':
      await batch(db, takeSeat({ userId: who, courseId: course, now }))
      return
    case 'invite':
      await batch(db, enrollAll({ courseId: course, userIds: [who, 1 + (size % PEOPLE)], now }))
      return
    case 'event':
      await batch(db, recordActivity({ ...event, type: 'module_view' }, now))
      return
    case 'login':
      await batch(db, recordActivity({ userId: who, type: 'login' }, now))
      return
    case 'start':
    case 'preview':
      await sql(
        `INSERT INTO attempts (quiz_id, user_id, enrollment_id, is_preview, is_survey, started_at)
         SELECT ?1, ?2, (SELECT id FROM enrollments WHERE user_id = ?2 AND course_id = ?3), ?4, ?5, ?6
         WHERE NOT EXISTS (SELECT 1 FROM attempts WHERE quiz_id = ?1 AND user_id = ?2 AND status = 'in_progress')`,
        quiz,
        who,
        courseOf(moduleOf(quiz)),
        kind === 'preview' ? 1 : 0,
        isSurvey(quiz) ? 1 : 0,
        now,
      ).run()
      return
    case 'end':
    case 'abandon':
      return end(who, kind === 'abandon', what, size, now)
    case 'grade':
      return grade(what, size)
    case 'regrade':
      await sql(
        `UPDATE responses SET is_correct = (id + ?1) % 2, item_share = ((id + ?1) % 2) * 10000, rest_share = (rest_share + ?1) % 10001
         WHERE question_id = ? AND item_share IS NOT NULL`,
        size,
        1 + (what % (QUIZZES * QUESTIONS)),
      ).run()
      return
    case 'discard':
      // A start that never got a snapshot.
      await sql(`DELETE FROM attempts WHERE user_id = ? AND status = 'in_progress'`, who).run()
      return
    case 'delete':
      await batch(db, deleteCourse({ id: course, now }))
      return
    case 'restore':
      await batch(db, restoreCourse({ id: course }))
      return
    case 'hand over':
      await sql('UPDATE courses SET instructor_id = ? WHERE id = ?', PEOPLE + 1 + (size % 2), course).run()
      return
    case 'publish':
    case 'unpublish':
      await sql('UPDATE modules SET is_published = ? WHERE id = ?', kind === 'publish' ? 1 : 0, module).run()
  }
}

/** The end of a learner's running attempts: responses first, the attempt last, or the other way round. */
async function end(who: number, isAbandoned: boolean, what: number, size: number, now: number): Promise<void> {
  const running = await sql(`SELECT * FROM attempts WHERE user_id = ? AND status = 'in_progress'`, who).all<{
    id: number
    quiz_id: number
    is_preview: number
  }>()
  for (const { id, quiz_id, is_preview } of running.results) {
    const isScored = !isAbandoned && !isSurvey(quiz_id)
    const hasEqualShares = isScored && is_preview === 0
    const responses = Array.from({ length: QUESTIONS }, (_, place) => {
      const question = (quiz_id - 1) * QUESTIONS + place + 1
      const isPending = isScored && place === 0 && size % 2 === 0
      return sql(
        `INSERT INTO responses (id, question_id, question_version_id, key_version_id, response_data, is_correct, max_nano, item_share, rest_share, time_spent_seconds, is_pending)
         VALUES (?, ?, ?3, ?3, '{}', ?, 1000, ?, ?, ?, ?)`,
        id * 1000 + place,
        question,
        question + (what % 2) * 1000,
        isScored && !isPending ? (size + place) % 2 : null,
        hasEqualShares && !isPending ? (size * (place + 1)) % 10_001 : null,
        hasEqualShares && !isPending && what % 5 !== 0 ? (what * (place + 3)) % 10_001 : null,
        size % 600,
        isPending ? 1 : 0,
      )
    })
    const attempt = sql(
      `UPDATE attempts SET status = ?, completed_at = ?, score_hundredths = ?, passed = ?, time_spent_seconds = ?, pending_grading = ? WHERE id = ?`,
      isAbandoned ? 'abandoned' : what % 3 === 0 ? 'timed_out' : 'completed',
      now,
      isScored ? size : null,
      isSurvey(quiz_id) ? 1 : isScored && size >= 7000 ? 1 : 0,
      size % 3600,
      isScored && size % 2 === 0 ? 1 : 0,
      id,
    )
    await env.DB.batch(what % 4 === 0 ? [attempt, ...responses] : [...responses, attempt])
  }
}

/** An essay that waits gets its grade: the response's, the attempt's, and the shares of all the attempt's responses. */
async function grade(what: number, size: number): Promise<void> {
  const waiting = await sql('SELECT id, attempt_id FROM responses WHERE is_pending = 1 AND id % 7 = ?', what % 7).all<{
    id: number
    attempt_id: number
  }>()
  for (const { id, attempt_id } of waiting.results) {
    await env.DB.batch([
      sql('UPDATE responses SET is_pending = 0, is_correct = ? WHERE id = ?', size === 10_000 ? 1 : 0, id),
      sql(
        `UPDATE responses SET item_share = coalesce(item_share, ?1), rest_share = ?2
         WHERE attempt_id = ?3 AND EXISTS (SELECT 1 FROM attempts WHERE id = ?3 AND is_preview = 0)`,
        size,
        what,
        attempt_id,
      ),
      sql(
        'UPDATE attempts SET score_hundredths = ?1, passed = ?1 >= 7000, pending_grading = 0 WHERE id = ?2 AND score_hundredths IS NOT NULL',
        size,
        attempt_id,
      ),
    ])
  }
}

test('thousands of random events: every kept number equals a recount of the base rows, and rebuilding changes nothing', async () => {
  const happened = new Set<string>()
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 300, maxLength: 300 }), async events => {
      for (const one of events) {
        await happen(one)
        happened.add(one.kind)
      }
      const kept = await keptStatistics()
      expect(kept).toEqual(await recountedStatistics())
      for (const [table, rows] of Object.entries(kept)) {
        for (const row of Object.values(rows)) for (const column of Object.keys(row)) seen.add(`${table}.${column}`)
      }
      for (let quiz = 1; quiz <= QUIZZES; quiz++) await rebuildQuizStatistics(db, quiz)
      expect(await keptStatistics()).toEqual(kept)
    }),
    // Without shrinking: events add up in one database.
    { numRuns: 12, endOnFailure: true },
  )
  expect([...happened].sort()).toEqual([...new Set(KINDS)].sort())
  // All of it came about, so that equality means something.
  expect([...seen].sort()).toEqual(await everyKeptColumn())
}, 240_000)

async function everyKeptColumn(): Promise<string[]> {
  const keys = ['quiz_id', 'question_version_id', 'module_id', 'course_id', 'instructor_id', 'user_id', 'day']
  const columns = await Promise.all(
    STATISTICS.map(async table => {
      const { results } = await sql('SELECT name FROM pragma_table_info(?)', table).all<{ name: string }>()
      return results.filter(({ name }) => !keys.includes(name)).map(({ name }) => `${table}.${name}`)
    }),
  )
  return [...columns.flat(), 'learners.value'].sort()
}

test('a rebuild mends what is wrong, and only in the quiz it is asked for', async () => {
  const right = await keptStatistics()
  await env.DB.batch([
    sql('UPDATE quiz_statistics SET score_sum = score_sum + 1 WHERE quiz_id IN (1, 2)'),
    sql('UPDATE quiz_days SET passed_count = 9 WHERE quiz_id IN (1, 2)'),
    sql('DELETE FROM item_statistics WHERE question_version_id IN (1, 4)'),
  ])
  await rebuildQuizStatistics(db, 1)
  const half = await keptStatistics()
  expect(half['quiz_statistics']?.['1']).toEqual(right['quiz_statistics']?.['1'])
  expect(half['item_statistics']?.['1']).toEqual(right['item_statistics']?.['1'])
  expect(half).not.toEqual(right)
  await rebuildQuizStatistics(db, 2)
  expect(await keptStatistics()).toEqual(right)
})

test('what cron removes for good takes its statistics along and leaves the others right', async () => {
  for (const course of [1, 3]) await batch(db, restoreCourse({ id: course }))
  await batch(db, deleteCourse({ id: 2, now: START }))
  await sql('UPDATE modules SET deleted_at = ? WHERE id = 1', START).run()
  await sql('UPDATE quizzes SET deleted_at = ? WHERE id = 5', START).run()
  await purge(env, (START + 40 * DAY_SECONDS) * 1000)
  const kept = await keptStatistics()
  expect(kept).toEqual(await recountedStatistics())
  expect(Object.keys(kept['module_statistics'] ?? {}).map(Number)).toEqual([2, 3, 7, 8, 9])
  for (const table of STATISTICS) {
    const zeros = await sql(
      `SELECT count(*) AS n FROM ${table} WHERE ${table.startsWith('module') ? 'module_id IN (1, 4, 5, 6)' : table.startsWith('quiz') ? 'quiz_id IN (1, 2, 5, 7, 8)' : '0'}`,
    ).first('n')
    expect(zeros, table).toBe(0)
  }
})

describe('triggers', () => {
  const made = async () =>
    (
      await sql("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name").all<{ name: string }>()
    ).results.map(({ name }) => name)

  test('every one that a migration makes is there: rebuilding a table drops its triggers silently', async () => {
    const expected = new Set<string>()
    for (const query of env.MIGRATIONS.flatMap(migration => migration.queries)) {
      const [, verb = '', name = ''] = /\b(CREATE|DROP) TRIGGER (?:IF (?:NOT )?EXISTS )?`?(\w+)/.exec(query) ?? []
      if (verb === 'CREATE') expected.add(name)
      if (verb === 'DROP') expected.delete(name)
    }
    expect(await made()).toEqual([...expected].sort())
  })

  test('those that keep statistics', async () => {
    const table = /^(quiz_statistics|item_statistics|module_statistics|statistics|course_days)_/
    expect((await made()).filter(name => table.test(name))).toEqual([
      'course_days_on_enrollment_delete',
      'course_days_on_enrollment_insert',
      'course_days_on_enrollment_update',
      'item_statistics_on_attempt_update',
      'item_statistics_on_response_delete',
      'item_statistics_on_response_insert',
      'item_statistics_on_response_update',
      'module_statistics_on_enrollment_update',
      'module_statistics_on_progress_delete',
      'module_statistics_on_progress_insert',
      'module_statistics_on_progress_update',
      'module_statistics_on_study_time_delete',
      'module_statistics_on_study_time_insert',
      'module_statistics_on_study_time_update',
      'quiz_statistics_on_attempt_delete',
      'quiz_statistics_on_attempt_insert',
      'quiz_statistics_on_attempt_update',
      'statistics_on_activity_delete',
      'statistics_on_activity_insert',
    ])
  })

  test('run after the row is written, and no statement swallows what they abort', async () => {
    const { results } = await sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all<{
      name: string
      sql: string
    }>()
    for (const trigger of results) {
      expect(trigger.sql, trigger.name).toMatch(/\bAFTER (INSERT|UPDATE|DELETE)\b/)
      expect(trigger.sql, trigger.name).not.toMatch(/OR (IGNORE|REPLACE)/)
    }
  })
})
