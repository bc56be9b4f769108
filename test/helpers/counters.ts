import { env } from 'cloudflare:workers'

type Row = Record<string, unknown>
const all = async (query: string): Promise<Row[]> => (await env.DB.prepare(query).all<Row>()).results

/** Every counter that triggers keep of courses, modules, quizzes, enrollments and the search, where a count finds another. */
export async function wrongCounters(): Promise<Row[]> {
  const live = `FROM courses c WHERE c.deleted_at IS NULL`
  const ofStatus = (status: string) =>
    `(SELECT count(*) FROM enrollments WHERE course_id = c.id AND status = '${status}')`
  return [
    ...(await all(
      `SELECT id, active_count, completed_count, dropped_count FROM courses c WHERE active_count <> ${ofStatus('active')}
         OR completed_count <> ${ofStatus('completed')} OR dropped_count <> ${ofStatus('dropped')}`,
    )),
    ...(await all(
      `SELECT * FROM (SELECT name, value, CASE
         WHEN name = 'courses.live' THEN (SELECT count(*) ${live})
         WHEN name LIKE 'courses.%' THEN (SELECT count(*) ${live} AND c.status = 'published' AND name LIKE 'courses.%' || c.enrollment_type)
         WHEN name = 'learners' THEN (SELECT count(DISTINCT e.user_id) FROM enrollments e JOIN courses c ON c.id = e.course_id
           WHERE c.deleted_at IS NULL AND e.status <> 'dropped')
         WHEN name LIKE 'enrollments.%' THEN (SELECT count(*) FROM enrollments e JOIN courses c ON c.id = e.course_id
           WHERE c.deleted_at IS NULL AND name = 'enrollments.' || e.status)
         WHEN name = 'modules.live' THEN (SELECT count(*) FROM modules m JOIN courses c ON c.id = m.course_id
           WHERE m.deleted_at IS NULL AND c.deleted_at IS NULL)
         WHEN name LIKE 'quizzes.%' THEN (SELECT count(*) FROM quizzes q JOIN modules m ON m.id = q.module_id
           JOIN courses c ON c.id = m.course_id WHERE q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL
           AND name = 'quizzes.' || iif(q.is_published, 'published', 'draft') || iif(q.is_survey, '.survey', ''))
         ELSE value END AS truth FROM totals) WHERE value <> truth`,
    )),
    ...(await all('PRAGMA foreign_key_check')),
  ]
}

/** The tallies of QR codes and scans, kept and counted anew. */
export async function qrTallies(): Promise<{ kept: Row[]; counted: Row[] }> {
  const kept = await all(
    'SELECT batch_id, kind, expires_at, course_id, count FROM qr_tallies WHERE count <> 0 ORDER BY 1, 2, 3, 4',
  )
  const counted = await all(
    `WITH codes AS (SELECT q.*, (SELECT count(*) FROM qr_scans s WHERE s.qr_code_id = q.id AND s.is_valid = 1) AS valid,
         (SELECT count(*) FROM qr_scans s WHERE s.qr_code_id = q.id AND s.is_valid = 0) AS invalid
       FROM qr_codes q WHERE q.is_live = 1),
     valued AS (
       SELECT batch_id, course_id, 'codes' AS kind, 0 AS expires_at, 1 AS n FROM codes
       UNION ALL SELECT batch_id, course_id, 'revoked', 0, 1 FROM codes WHERE is_revoked
       UNION ALL SELECT batch_id, course_id, 'expiring', coalesce(expires_at, 9007199254740991), 1 FROM codes WHERE NOT is_revoked
       UNION ALL SELECT batch_id, course_id, 'valid_scans', 0, valid FROM codes
       UNION ALL SELECT batch_id, course_id, 'invalid_scans', 0, invalid FROM codes)
     SELECT batch_id, kind, expires_at, course_id, sum(n) AS count FROM (
       SELECT * FROM valued WHERE batch_id IS NOT NULL
       UNION ALL SELECT 0, course_id, kind, expires_at, n FROM valued
       UNION ALL SELECT 0, 0, kind, expires_at, n FROM valued
     ) GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0 ORDER BY 1, 2, 3, 4`,
  )
  return { kept, counted }
}

/** What counts of all attempts must come to, and what the triggers kept. */
export async function countsAndTruth() {
  const all = async (query: string) => (await env.DB.prepare(query).all<Record<string, number>>()).results
  const statuses = ['in_progress', 'completed', 'timed_out', 'abandoned']
  const sums = statuses.map(status => `coalesce(sum(a.status = '${status}'), 0) AS ${status}`).join(', ')
  const truth = `SELECT q.id AS quiz_id, ${sums}, coalesce(sum(a.pending_grading), 0) AS pending_essays
    FROM quizzes q JOIN attempts a ON a.quiz_id = q.id AND a.is_preview = 0`
  const kept = await all(`SELECT quiz_id, ${statuses.join()}, pending_essays FROM quiz_statistics ORDER BY quiz_id`)
  const totals = await all("SELECT name, value FROM totals WHERE name LIKE 'attempts.%' OR name = 'essays.pending'")
  const [live] = await all(`SELECT ${sums}, coalesce(sum(a.pending_grading), 0) AS pending_essays FROM attempts a
    JOIN quizzes q ON q.id = a.quiz_id JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id
    WHERE a.is_preview = 0 AND q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL`)
  return {
    kept: {
      quizzes: kept.filter(row => Object.entries(row).some(([name, value]) => name !== 'quiz_id' && value !== 0)),
      totals: Object.fromEntries(totals.map(row => [String(row['name']), row['value']])),
    },
    truth: {
      quizzes: await all(`${truth} GROUP BY q.id ORDER BY q.id`),
      totals: {
        ...Object.fromEntries(statuses.map(status => [`attempts.${status}`, live?.[status]])),
        'essays.pending': live?.['pending_essays'],
      },
    },
  }
}
