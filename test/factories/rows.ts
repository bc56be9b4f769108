/** Rows straight into the tables, as few of their columns as they need. */
import { env } from 'cloudflare:workers'

let uniques = 0
/** Unique within the test file. */
export const unique = (prefix: string) => `${prefix}${++uniques}`

export type Values = Record<string, string | number | null>

/** One row straight into a table; answers its id, where it has one. */
export async function insert(table: string, values: Values): Promise<number> {
  const names = Object.keys(values)
  const row = await env.DB.prepare(
    `INSERT INTO ${table} (${names.map(name => `"${name}"`).join()}) VALUES (${names.map(() => '?').join()}) RETURNING *`,
  )
    .bind(...Object.values(values))
    .first<{ id?: number }>()
  return row?.id ?? 0
}

/** Seconds of an instant written out, `2026-03-01T10:00:00Z`; a date alone is its midnight. */
export const at = (time: string) => Date.parse(time.includes('T') ? time : `${time}T00:00:00Z`) / 1_000

export const insertModule = (course: number, values: Values = {}) =>
  insert('modules', {
    course_id: course,
    title: unique('Module '),
    order: 1,
    is_published: 1,
    created_at: 0,
    updated_at: 0,
    ...values,
  })

export const insertQuiz = (module: number, values: Values = {}) =>
  insert('quizzes', {
    module_id: module,
    title: unique('Quiz '),
    is_published: 1,
    created_at: 0,
    updated_at: 0,
    ...values,
  })

export const insertEnrollment = (user: number, course: number, values: Values = {}) =>
  insert('enrollments', { user_id: user, course_id: course, enrolled_at: at('2026-03-01'), ...values })

/** An attempt as it stands in the end; completed and not scored unless said otherwise. */
export const insertAttempt = (quiz: number, user: number, enrollment: number | null, values: Values = {}) =>
  insert('attempts', {
    quiz_id: quiz,
    user_id: user,
    enrollment_id: enrollment,
    status: 'completed',
    started_at: at('2026-03-05'),
    completed_at: at('2026-03-05'),
    ...values,
  })

export const insertResponse = (
  attempt: number,
  place: number,
  question: { id: number; versionId: number },
  values: Values = {},
) =>
  insert('responses', {
    id: attempt * 1000 + place,
    question_id: question.id,
    question_version_id: question.versionId,
    key_version_id: question.versionId,
    response_data: '{}',
    max_nano: 1_000_000_000,
    ...values,
  })

export const insertProgress = (enrollment: number, module: number, values: Values = {}) =>
  insert('module_progress', {
    enrollment_id: enrollment,
    module_id: module,
    last_activity_at: at('2026-03-05'),
    first_seen_at: at('2026-03-05'),
    ...values,
  })

export const insertTime = (enrollment: number, module: number, day: string, seconds: number) =>
  insert('study_time', { enrollment_id: enrollment, module_id: module, day, seconds })

/** An event behind those of the user's in that second; answers its id. */
export async function insertEvent(
  user: number,
  type: string,
  occurredAt: number,
  values: Values = {},
): Promise<number> {
  const row = { user_id: user, type, occurred_at: occurredAt, session_started_at: occurredAt, ...values }
  const names = Object.keys(row)
  const inserted = await env.DB.prepare(
    `INSERT INTO activities (${names.join()}, place) SELECT ${names.map((_, n) => `?${n + 1}`).join()},
       (SELECT count(*) FROM activities WHERE user_id = ?1 AND occurred_at = ?3) RETURNING id`,
  )
    .bind(...Object.values(row))
    .first<{ id: number }>()
  return inserted?.id ?? 0
}
