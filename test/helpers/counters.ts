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
  const kept = await all('SELECT batch_id, key, course_id, count FROM qr_tallies WHERE count <> 0 ORDER BY 1, 2, 3')
  const counted = await all(
    `WITH codes AS (SELECT q.*, (SELECT count(*) FROM qr_scans s WHERE s.qr_code_id = q.id AND s.is_valid = 1) AS valid,
         (SELECT count(*) FROM qr_scans s WHERE s.qr_code_id = q.id AND s.is_valid = 0) AS invalid
       FROM qr_codes q WHERE q.is_live = 1),
     shares AS (SELECT batch_id, course_id, k.column1 AS key, k.column1 AS what, codes.id FROM codes, (VALUES (-2), (-3), (-4), (0)) k),
     valued AS (SELECT s.batch_id, s.course_id,
         CASE s.what WHEN 0 THEN iif(c.is_revoked, -1, coalesce(c.expires_at, 9007199254740991)) ELSE s.what END AS key,
         CASE s.what WHEN -3 THEN c.valid WHEN -4 THEN c.invalid ELSE 1 END AS n
       FROM shares s JOIN codes c ON c.id = s.id)
     SELECT batch_id, key, course_id, sum(n) AS count FROM (
       SELECT batch_id, key, course_id, n FROM valued WHERE batch_id IS NOT NULL
       UNION ALL SELECT 0, key, course_id, n FROM valued
       UNION ALL SELECT 0, key, 0, n FROM valued
     ) GROUP BY 1, 2, 3 HAVING sum(n) <> 0 ORDER BY 1, 2, 3`,
  )
  return { kept, counted }
}
