import { env } from 'cloudflare:workers'

type Row = Record<string, string | number | null>
// biome-ignore lint/suspicious/noExplicitAny: a row of any table, by column
type Base = Record<string, any>
type Kept = Record<string, Record<string, Record<string, number>>>

const KEYS: Record<string, string[]> = {
  quiz_statistics: ['quiz_id'],
  quiz_days: ['quiz_id', 'day'],
  item_statistics: ['question_version_id'],
  module_statistics: ['module_id'],
  module_days: ['module_id', 'day'],
  course_days: ['course_id', 'day'],
  activity_days: ['user_id', 'day', 'course_id'],
  learners: ['name'],
}
export const STATISTICS = Object.keys(KEYS).filter(table => table !== 'learners')

const rowsOf = async (table: string): Promise<Row[]> =>
  (await env.DB.prepare(`SELECT * FROM ${table}`).all<Row>()).results

/** Every kept table, by key; a row of nothing but zeros says nothing. */
export async function keptStatistics(): Promise<Kept> {
  const kept: Kept = {}
  for (const [table, keys] of Object.entries(KEYS)) {
    const source = table === 'learners' ? "(SELECT * FROM totals WHERE name = 'learners')" : table
    kept[table] = Object.fromEntries(
      (await rowsOf(source)).map(row => [
        keys.map(key => row[key]).join(' '),
        Object.fromEntries(Object.entries(row).filter(([name]) => !keys.includes(name))) as Record<string, number>,
      ]),
    )
  }
  return withoutZeros(kept)
}

const withoutZeros = (kept: Kept): Kept =>
  Object.fromEntries(
    Object.entries(kept).map(([table, rows]) => [
      table,
      Object.fromEntries(
        Object.entries(rows)
          .map(
            ([key, row]) => [key, Object.fromEntries(Object.entries(row).filter(([, value]) => value !== 0))] as const,
          )
          .filter(([, row]) => Object.keys(row).length > 0),
      ),
    ]),
  )

/** The same, counted anew row by row from nothing but the base rows. */
export async function recountedStatistics(): Promise<Kept> {
  const base = (table: string): Promise<Base[]> => rowsOf(table)
  const [courses, modules, enrollments, progress, study, attempts, responses, activities] = await Promise.all(
    ['courses', 'modules', 'enrollments', 'module_progress', 'study_time', 'attempts', 'responses', 'activities'].map(
      base,
    ),
  )
  const found: Kept = Object.fromEntries(Object.keys(KEYS).map(table => [table, {}]))
  const add = (table: string, key: unknown[], column: string, amount: number) => {
    const row = ((found[table] ??= {})[key.join(' ')] ??= {})
    row[column] = (row[column] ?? 0) + amount
  }
  const dayOf = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10)
  const courseOf = new Map(courses?.map(course => [course['id'], course]))
  const enrollmentOf = new Map(enrollments?.map(enrollment => [enrollment['id'], enrollment]))
  const moduleIds = new Set(modules?.map(module => module['id']))
  const learners = new Set<number>()
  const isTaken = (enrollment: unknown) => enrollmentOf.get(enrollment as never)?.['status'] !== 'dropped'

  for (const { user_id, course_id, status, enrolled_at, completed_at } of enrollments ?? []) {
    if (status !== 'dropped') add('course_days', [course_id, dayOf(enrolled_at)], 'enrollment_count', 1)
    if (status === 'completed' && completed_at !== null) {
      add('course_days', [course_id, dayOf(completed_at)], 'completion_count', 1)
    }
    if (status !== 'dropped' && courseOf.get(course_id)?.['deleted_at'] === null) learners.add(user_id)
  }
  if (learners.size > 0) add('learners', ['learners'], 'value', learners.size)
  for (const { enrollment_id, module_id, first_seen_at, completed_at } of progress ?? []) {
    if (first_seen_at !== null) add('module_statistics', [module_id], 'view_count', 1)
    if (completed_at === null) continue
    add('module_statistics', [module_id], 'completion_count', 1)
    if (!isTaken(enrollment_id)) continue
    add('module_statistics', [module_id], 'enrolled_completion_count', 1)
    const enrolledAt = enrollmentOf.get(enrollment_id)?.['enrolled_at'] ?? 0
    add('module_days', [module_id, dayOf(enrolledAt)], 'enrolled_completion_count', 1)
  }
  for (const { enrollment_id, module_id, day, seconds } of study ?? []) {
    add('module_statistics', [module_id], 'study_seconds', seconds)
    if (!isTaken(enrollment_id)) continue
    add('module_statistics', [module_id], 'enrolled_study_seconds', seconds)
    add('module_days', [module_id, day], 'enrolled_study_seconds', seconds)
  }
  for (const { user_id, course_id, module_id, occurred_at } of activities ?? []) {
    add('activity_days', [user_id, Math.floor(occurred_at / 86_400), course_id ?? 0], 'event_count', 1)
    // Events outlive a module that is removed for good.
    if (!moduleIds.has(module_id)) continue
    add('module_statistics', [module_id], 'interaction_count', 1)
    add('module_days', [module_id, dayOf(occurred_at)], 'interaction_count', 1)
  }
  const counted = new Set<number>()
  for (const attempt of attempts ?? []) {
    if (attempt['is_preview']) continue
    const { id, quiz_id, status, score_hundredths, passed, completed_at, time_spent_seconds } = attempt
    add('quiz_statistics', [quiz_id], status, 1)
    add('quiz_statistics', [quiz_id], 'pending_essays', attempt['pending_grading'])
    if (status === 'completed' || status === 'timed_out') {
      counted.add(id)
      add('quiz_statistics', [quiz_id], 'seconds', time_spent_seconds ?? 0)
    }
    if (score_hundredths === null) continue
    add('quiz_statistics', [quiz_id], 'scored_count', 1)
    add('quiz_statistics', [quiz_id], 'score_sum', score_hundredths)
    add('quiz_statistics', [quiz_id], 'passed_count', passed ?? 0)
    add('quiz_days', [quiz_id, dayOf(completed_at)], 'scored_count', 1)
    add('quiz_days', [quiz_id, dayOf(completed_at)], 'passed_count', passed ?? 0)
  }
  for (const response of responses ?? []) {
    if (!counted.has(response['attempt_id'] ?? 0)) continue
    const { question_version_id, time_spent_seconds, is_correct, item_share, rest_share } = response
    const item = (column: string, amount: number) => add('item_statistics', [question_version_id], column, amount)
    item('shown_count', 1)
    item('seconds', time_spent_seconds)
    if (is_correct !== null) item('graded_count', 1)
    item('correct_count', is_correct ?? 0)
    if (item_share === null) continue
    item('scored_count', 1)
    item('share_sum', item_share)
    if (rest_share === null) continue
    const [x, y] = [item_share, rest_share]
    item('pair_count', 1)
    item('item_sum', x)
    item('rest_sum', y)
    item('item_squares', x ** 2)
    item('rest_squares', y ** 2)
    item('products', x * y)
  }
  return withoutZeros(found)
}
