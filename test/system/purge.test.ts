import {
  createExecutionContext,
  createScheduledController,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { purge } from '../../src/cron/purge.ts'
import { qrBatches } from '../../src/db/schema/qr-codes.ts'
import { users } from '../../src/db/schema/users.ts'
import worker from '../../src/index.ts'
import { insertRegrade } from '../factories/attempts.ts'
import { makeHall } from '../factories/classrooms.ts'
import { makeCourse } from '../factories/courses.ts'
import { insertQuestion } from '../factories/quizzes.ts'
import {
  insert,
  insertAttempt,
  insertEvent,
  insertModule,
  insertProgress,
  insertQuiz,
  insertResponse,
  insertTime,
} from '../factories/rows.ts'
import { makeInstructor, makeUser } from '../factories/users.ts'
import { started } from '../helpers/attempts.ts'
import { call } from '../helpers/client.ts'
import { objectOf } from '../helpers/objects.ts'

const schema = import.meta.glob<Record<string, unknown>>('/src/db/schema/*.ts', { eager: true })
const tables = Object.values(schema)
  .flatMap(file => Object.values(file))
  .filter(exported => is(exported, SQLiteTable))
/** Tables whose rows are never deleted. */
const STAYING: unknown[] = [users, qrBatches]
const DAY_MS = 86_400_000
const countOf = (table: string) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>('n')
const counts = async () => Object.fromEntries(await Promise.all(TREE.map(async table => [table, await countOf(table)])))
const TREE = [
  'webhooks',
  'outbox',
  'webhook_deliveries',
  'courses',
  'course_slugs',
  'enrollments',
  'modules',
  'module_progress',
  'study_time',
  'quizzes',
  'questions',
  'question_versions',
  'attempts',
  'regrades',
  'responses',
  'activities',
  'item_statistics',
  'quiz_days',
  'quiz_statistics',
  'module_days',
  'module_statistics',
  'course_days',
  'qr_codes',
  'qr_scans',
]

/** A course with a row in every table below it. */
async function wholeCourse() {
  const [owner, learner] = [await makeInstructor(), await makeUser()]
  const course = await makeCourse(owner)
  const { body: enrollment } = await call('POST', `/api/courses/${course.slug}/enroll/`, { as: learner })
  const module = await insertModule(course.id)
  await insertProgress(enrollment.id, module)
  await insertTime(enrollment.id, module, '2026-01-01', 60)
  const quiz = await insertQuiz(module)
  const question = await insertQuestion(quiz)
  await insertRegrade(question.id, question.versionId, { requested_by: owner.id })
  const attempt = await insertAttempt(quiz, learner.id, enrollment.id, { score_hundredths: 100_00 })
  await insertResponse(attempt, 0, question)
  await insertEvent(learner.id, 'module_view', 0, { course_id: course.id, module_id: module })
  const code = await insert('qr_codes', {
    uuid: crypto.randomUUID(),
    type: 'access',
    target_id: course.id,
    course_id: course.id,
    created_by: owner.id,
    created_at: 0,
    updated_at: 0,
  })
  await insert('qr_scans', {
    qr_code_id: code,
    course_id: course.id,
    user_id: learner.id,
    scanned_at: 0,
    is_valid: 1,
    validation_message: '',
  })
  const webhook = await insert('webhooks', {
    owner_id: owner.id,
    course_id: course.id,
    url: 'https://receiver.school.edu/',
    events: '[]',
    secret: 'whsec_',
    created_at: 0,
    updated_at: 0,
  })
  const message = { webhook_id: webhook, type: 'enrollment.created', occurred_at: 0, data: '{}' }
  await insert('outbox', message)
  await insert('webhook_deliveries', { ...message, message_id: 'msg_1', created_at: 0, retry_until: 0 })
  return { owner, course, module }
}

test('30 days after its deletion a course goes, with every row below it and nothing else', async () => {
  const [doomed, kept] = [await wholeCourse(), await wholeCourse()]
  await call('DELETE', `/api/courses/${doomed.course.id}/`, { as: doomed.owner })
  await purge(env, Date.now() + 29 * DAY_MS)
  const before = await counts()
  for (const table of TREE) expect(before[table], table).toBeGreaterThanOrEqual(2)
  await purge(env, Date.now() + 31 * DAY_MS)
  const after = await counts()
  for (const table of TREE) expect(after[table], table).toBe((before[table] ?? 0) / 2)
  expect((await call('GET', `/api/courses/${kept.course.id}/`, { as: kept.owner })).body.enrollment_count).toBe(1)
  const tallies = env.DB.prepare('SELECT count(*) AS n FROM qr_tallies WHERE course_id = ?')
  expect(await tallies.bind(doomed.course.id).first('n')).toBe(0)
  expect(await tallies.bind(kept.course.id).first('n')).toBeGreaterThan(0)
  // Its slug is free again.
  expect((await makeCourse(kept.owner, { title: doomed.course.title })).slug).toBe(doomed.course.slug)
})

test('with a module go its codes and their scans, and restoring its course brings none of them back', async () => {
  const { owner, course, module } = await wholeCourse()
  const other = await insertModule(course.id)
  const codes: number[] = []
  for (const [type, target_id] of [
    ['attendance', module],
    ['module', module],
    ['attendance', other],
    ['access', course.id],
  ] as const) {
    const { body } = await call('POST', '/api/qr-codes/codes/', { as: owner, body: { type, target_id } })
    await call('POST', '/api/qr-codes/scans/', { as: owner, body: { qr_code_uuid: body.uuid } })
    codes.push(body.id)
  }
  const statuses = async () =>
    (await Promise.all(codes.map(id => call('GET', `/api/qr-codes/codes/${id}/`, { as: owner })))).map(
      ({ status }) => status,
    )
  await call('DELETE', `/api/modules/${module}/`, { as: owner })
  expect(await statuses()).toEqual([404, 404, 200, 200])
  const scans = Number(await countOf('qr_scans'))
  await purge(env, Date.now() + 31 * DAY_MS)
  expect(await countOf('qr_scans')).toBe(scans - 2)
  await call('DELETE', `/api/courses/${course.id}/`, { as: owner })
  expect(await statuses()).toEqual([404, 404, 404, 404])
  await call('POST', `/api/courses/${course.id}/restore/`, { as: owner })
  expect(await statuses()).toEqual([404, 404, 200, 200])
})

test('restoring a course does not bring back codes of a module that is no more', async () => {
  const { owner, course } = await wholeCourse()
  const module = await insertModule(course.id)
  const body = { type: 'module', target_id: module }
  const { body: code } = await call('POST', '/api/qr-codes/codes/', { as: owner, body })
  // As a database has it that was purged by a version that left such codes behind.
  await env.DB.prepare('DELETE FROM modules WHERE id = ?').bind(module).run()
  await call('DELETE', `/api/courses/${course.id}/`, { as: owner })
  await call('POST', `/api/courses/${course.id}/restore/`, { as: owner })
  expect((await call('GET', `/api/qr-codes/codes/${code.id}/`, { as: owner })).status).toBe(404)
})

test('an untimed attempt that runs still goes with its quiz, and so does what its object keeps', async () => {
  const hall = await makeHall()
  const attempt = await started(hall)
  await call('DELETE', `/api/quizzes/${hall.quiz.id}/`, { as: hall.instructor })
  const keeps = () => runInDurableObject(objectOf(attempt) as never, (_, ctx) => ctx.storage.sql.databaseSize)
  const [before, begun] = [await keeps(), await countOf('attempts')]
  await objectOf(attempt).discard(hall.quiz.id + 1)
  expect(await keeps(), 'another quiz’s is not meant').toBe(before)
  await purge(env, Date.now() + 31 * DAY_MS)
  expect(await countOf('attempts')).toBe(Number(begun) - 1)
  expect(await keeps()).toBeLessThan(before)
  expect(await objectOf(attempt).look()).toEqual({ kind: 'unknown' })
  expect(await env.DB.prepare('SELECT 1 FROM quizzes WHERE id = ?').bind(hall.quiz.id).first()).toBeNull()
})

test('more rows than a statement takes go statement by statement; a run that is cut short is finished by the next', async () => {
  const { owner, course, module } = await wholeCourse()
  await env.DB.prepare(
    `INSERT INTO activities (user_id, type, course_id, module_id, occurred_at, place, session_started_at)
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
     SELECT ?, 'module_view', ?, ?, 0, i, 0 FROM n`,
  )
    .bind(owner.id, course.id, module)
    .run()
  await call('DELETE', `/api/courses/${course.id}/`, { as: owner })
  const left = () =>
    env.DB.prepare('SELECT count(*) AS n FROM activities WHERE course_id = ?').bind(course.id).first<number>('n')
  await purge(env, Date.now() + 31 * DAY_MS)
  expect(await left()).toBeGreaterThan(0)
  await purge(env, Date.now() + 31 * DAY_MS)
  expect(await left()).toBe(0)
  expect(await env.DB.prepare('SELECT 1 FROM courses WHERE id = ?').bind(course.id).first()).toBeNull()
})

test('every foreign key has an index, or each row deleted above it would read the whole table', () => {
  const unindexed = tables.flatMap(table => {
    const { name, columns, foreignKeys, indexes, primaryKeys, uniqueConstraints } = getTableConfig(table)
    const led: unknown[] = [
      ...columns.filter(({ primary, isUnique }) => primary || isUnique),
      ...indexes.filter(({ config }) => config.where === undefined).map(({ config }) => config.columns[0]),
      ...[...primaryKeys, ...uniqueConstraints].map(key => key.columns[0]),
    ]
    const references = foreignKeys.map(key => key.reference())
    return references
      .filter(({ columns, foreignTable }) => !STAYING.includes(foreignTable) && !led.includes(columns[0]))
      .map(({ columns }) => `${name}.${columns[0]?.name}`)
  })
  expect(unindexed).toEqual([])
  expect(tables.length).toBeGreaterThan(20)
})

test('cron forgets tokens and resets that expired, and no others', async () => {
  const user = await makeUser()
  const now = Math.floor(Date.now() / 1000)
  for (const [name, expiresAt] of [
    ['past', now - 1],
    ['future', now + 60],
  ] as const) {
    await env.DB.prepare('INSERT INTO revoked_tokens (jti, expires_at) VALUES (?, ?)').bind(name, expiresAt).run()
    await env.DB.prepare('INSERT INTO password_resets (token_hash, user_id, issued_by, expires_at) VALUES (?, ?, ?, ?)')
      .bind(name, user.id, user.id, expiresAt)
      .run()
  }
  const ctx = createExecutionContext()
  await worker.scheduled(createScheduledController({ cron: '*/10 * * * *' }), env)
  await waitOnExecutionContext(ctx)
  expect((await env.DB.prepare('SELECT jti FROM revoked_tokens').all()).results).toEqual([{ jti: 'future' }])
  expect((await env.DB.prepare('SELECT token_hash FROM password_resets').all()).results).toEqual([
    { token_hash: 'future' },
  ])
})
