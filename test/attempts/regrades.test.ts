import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test, vi } from 'vitest'
import { batch } from '../../src/db/batch.ts'
import { backgroundDatabase } from '../../src/db/client.ts'
import { sweepRegrades } from '../../src/features/attempts/regrades/job.ts'
import { type BatchSize, nextResponses, pendingRegrades } from '../../src/features/attempts/regrades/queries.ts'
import { regradeAttempts, regradeNext } from '../../src/features/attempts/regrades/regrade.ts'
import { endedAttempt, insertRegrade } from '../factories/attempts.ts'
import { type Hall, makeHall } from '../factories/classrooms.ts'
import { enrolled } from '../factories/courses.ts'
import { type MadeQuestion, QUESTIONS, rightAnswer, wrongAnswer } from '../factories/questions.ts'
import { insertVersion } from '../factories/quizzes.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { attemptState, end, resultOf, started, submit } from '../helpers/attempts.ts'
import { call } from '../helpers/client.ts'
import { failing, LOST, wrapped } from '../helpers/objects.ts'

const now = () => Math.floor(Date.now() / 1000)
const db = backgroundDatabase(env)

const request = (question: number, as: TestUser, body: unknown = {}) =>
  call('POST', `/api/questions/${question}/regrade/`, { as, body })

/** Waits for the object's own alarms to carry it through. */
async function completed(id: number, as: TestUser) {
  return vi.waitUntil(
    async () => {
      const { body } = await call('GET', `/api/regrades/${id}/`, { as })
      return body.status === 'completed' && body
    },
    { timeout: 20_000, interval: 50 },
  )
}
async function regrade(question: number, as: TestUser, body: unknown = {}) {
  const answer = await request(question, as, body)
  expect(answer.status, answer.text).toBe(202)
  return completed(answer.body.id, as)
}

/** A newer version of a question, as an author leaves it who changes its key. */
async function rekey(
  question: MadeQuestion,
  change: (body: Record<string, unknown>) => void,
  fields = '',
): Promise<number> {
  const row = await env.DB.prepare('SELECT * FROM question_versions WHERE question_id = ? ORDER BY id DESC LIMIT 1')
    .bind(question.id)
    .first<Record<string, string | number>>()
  const body = JSON.parse(String(row?.['body']))
  change(body)
  const id = await env.DB.prepare(
    `INSERT INTO question_versions (question_id, type, text, points_milli, body, created_at) VALUES (?, ?, ?, ?, ?, 0) RETURNING id`,
  )
    .bind(
      question.id,
      row?.['type'] ?? '',
      `${row?.['text']}${fields}`,
      row?.['points_milli'] ?? 0,
      JSON.stringify(body),
    )
    .first<number>('id')
  return id ?? 0
}
const negate = (body: Record<string, unknown>) => {
  body['correctAnswer'] = !body['correctAnswer']
}

/** A quiz of true or false with one question, and a way to leave an attempt at it with an answer. */
async function hall(questions: object[] = [QUESTIONS.true_false]) {
  const made = await makeHall({}, questions)
  const [question] = made.quiz.questions
  if (!question) throw new Error('no question')
  const answered = (isRight: boolean, learner = made.learner, enrollmentId = made.enrollment.id, fields = {}) =>
    endedAttempt(
      made.quiz.id,
      learner,
      [
        {
          question,
          scoreMilli: isRight ? question.question.pointsMilli : 0,
          responseData: isRight ? rightAnswer(question) : wrongAnswer(question),
        },
      ],
      { enrollmentId, ...fields },
    )
  return { ...made, question, answered }
}
const responseOf = (id: number) =>
  env.DB.prepare(
    'SELECT score_nano, is_correct, item_share, key_version_id, question_version_id FROM responses WHERE id = ?',
  )
    .bind(id)
    .first<Record<string, number | null>>()
const progressOf = async ({ course }: Hall, learner: TestUser) =>
  (await call('GET', `/api/progress/?course=${course.id}`, { as: learner })).body.results[0]

describe('regrading', () => {
  test('both ways: scores, passes, completions given and taken back; the end keeps its score', async () => {
    const made = await hall()
    const { instructor, learner: right, question } = made
    const attempt = await started(made)
    await submit(attempt, right, question.id, rightAnswer(question))
    expect((await end(attempt, right)).body).toMatchObject({ score: 100, passed: true })
    const wrong = await makeUser()
    const enrollment = await enrolled(wrong, made.course)
    const other = await started({ quiz: made.quiz, learner: wrong })
    await submit(other, wrong, question.id, wrongAnswer(question))
    expect((await end(other, wrong)).body).toMatchObject({ score: 0, passed: false })
    expect(await progressOf(made, right)).toMatchObject({ percentage_complete: 100 })
    expect(await progressOf(made, wrong)).toMatchObject({ percentage_complete: 0 })

    const before = (await resultOf(attempt, right)).body
    const key = await rekey(question, negate)
    expect(await regrade(question.id, instructor, { dry_run: true })).toMatchObject({
      done: 2,
      total: 2,
      raised: 1,
      lowered: 1,
    })
    expect((await resultOf(attempt, right)).body).toEqual(before)
    expect(await regrade(question.id, instructor)).toMatchObject({ done: 2, total: 2, raised: 1, lowered: 1 })

    const after = (await resultOf(attempt, right)).body
    expect(after).toMatchObject({ score: 0, passed: false, receipt: before.receipt })
    expect(after.responses[0]).toMatchObject({ score: 0, is_correct: false })
    expect((await resultOf(other, wrong)).body).toMatchObject({ score: 100, passed: true })
    expect(await progressOf(made, right)).toMatchObject({ percentage_complete: 0, completion_date: null })
    expect(await progressOf(made, wrong)).toMatchObject({
      percentage_complete: 100,
      completion_date: expect.any(String),
    })
    expect(await responseOf(other.id * 1000)).toEqual({
      score_nano: 1e9,
      is_correct: 1,
      item_share: 10_000,
      key_version_id: key,
      question_version_id: question.versionId,
    })
    expect(await attemptState(attempt.id)).toMatchObject({ end_score_hundredths: 10_000 })
    expect(enrollment.id).toBeGreaterThan(0)
    expect(await regrade(question.id, instructor)).toMatchObject({ done: 0, total: 0, raised: 0, lowered: 0 })
  })

  test('the points that were shown; what does not fit is wrong, what was not answered stays 0', async () => {
    const made = await hall([{ ...QUESTIONS.multiple_choice, points: 2 }, QUESTIONS.true_false])
    const { question, learner, quiz } = made
    const left = (responseData: object, scoreMilli: number) =>
      endedAttempt(quiz.id, learner, [{ question, scoreMilli, responseData }], { enrollmentId: made.enrollment.id })
    const right = await left(rightAnswer(question), 2000)
    const wrong = await left(wrongAnswer(question), 0)
    const nothing = await left({}, 0)
    const chosen = rightAnswer(question) as { selected_choice: number }
    // The choice taken for right is gone, the other one is right, and the question is worth more now.
    const key = await rekey(question, body => {
      const choices = body['choices'] as { id: number; isCorrect: boolean }[]
      body['choices'] = choices
        .filter(({ id }) => id !== chosen.selected_choice)
        .map(one => ({ ...one, isCorrect: true }))
    })
    await env.DB.prepare('UPDATE question_versions SET points_milli = 7000 WHERE id = ?').bind(key).run()
    expect(await regrade(question.id, made.instructor)).toMatchObject({ done: 3, raised: 1, lowered: 1 })
    expect(await responseOf(right * 1000)).toMatchObject({ score_nano: 0, is_correct: 0, key_version_id: key })
    expect(await responseOf(wrong * 1000)).toMatchObject({ score_nano: 2e9, is_correct: 1, item_share: 10_000 })
    expect(await responseOf(nothing * 1000)).toMatchObject({ score_nano: 0, is_correct: 0, key_version_id: key })
  })

  test('surveys are skipped; abandoned attempts and previews stay out of item analysis and progress', async () => {
    const made = await hall()
    const { question, quiz, learner, instructor, answered } = made
    const survey = await answered(false, learner, made.enrollment.id, { isSurvey: true })
    const abandoned = await answered(false, learner, made.enrollment.id, { status: 'abandoned' })
    const preview = await answered(false, instructor, null as never, { isPreview: true })
    const survived = await attemptState(survey)
    const gone = await attemptState(abandoned)
    await rekey(question, negate)
    expect(await regrade(question.id, instructor)).toMatchObject({ done: 2, total: 2, raised: 2 })
    expect(await responseOf(survey * 1000)).toMatchObject({ score_nano: null, key_version_id: question.versionId })
    expect(await attemptState(survey)).toEqual(survived)
    expect(await attemptState(abandoned)).toEqual(gone)
    expect(await responseOf(abandoned * 1000)).toMatchObject({ score_nano: 1e9, item_share: null })
    expect(await attemptState(preview)).toMatchObject({ passed: 1 })
    expect(await responseOf(preview * 1000)).toMatchObject({ score_nano: 1e9, item_share: null })
    expect((await progressOf(made, learner)).percentage_complete).toBe(0)
    expect(quiz.id).toBeGreaterThan(0)
  })

  test('who may, and what cannot be', async () => {
    const made = await hall()
    const { question, instructor, learner, answered } = made
    expect((await request(question.id, learner)).status).toBe(403)
    expect((await request(question.id, await makeInstructor())).status).toBe(403)
    expect((await request(999_999, instructor)).status).toBe(404)
    expect((await request(question.id, instructor, { dry_run: 'yes' })).body).toHaveProperty('dry_run')
    const { body } = await request(question.id, await makeStaff())
    expect((await call('GET', `/api/regrades/${body.id}/`, { as: learner })).status).toBe(403)
    expect((await call('GET', `/api/regrades/${body.id}/`, { as: instructor })).status).toBe(200)
    await env.DB.prepare('UPDATE quizzes SET is_published = 0 WHERE id = ?').bind(made.quiz.id).run()
    for (const stranger of [learner, await makeInstructor()]) {
      expect((await request(question.id, stranger)).status).toBe(404)
      expect((await call('GET', `/api/regrades/${body.id}/`, { as: stranger })).status).toBe(404)
    }
    await answered(true)
    await insertVersion(question.id, QUESTIONS.numeric)
    expect(await request(question.id, instructor)).toMatchObject({ status: 400, body: { detail: expect.any(String) } })
    const essay = await hall([QUESTIONS.essay])
    expect(await request(essay.question.id, essay.instructor)).toMatchObject({ status: 400 })
    await env.DB.prepare('UPDATE questions SET retired_at = 1 WHERE id = ?').bind(question.id).run()
    expect((await request(question.id, instructor)).status).toBe(404)
  })

  test('asked many times at once it is one; its key can no longer be changed in place', async () => {
    const { question, instructor, answered } = await hall()
    await answered(true)
    const key = await rekey(question, negate)
    // The job is not to be done before the last has asked.
    const answers = await Promise.all(Array.from({ length: 8 }, () => request(question.id, instructor)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202))
    await Promise.all(answers.map(({ body }) => completed(body.id, instructor)))
    const { results } = await env.DB.prepare('SELECT status, lowered FROM regrades WHERE question_id = ?')
      .bind(question.id)
      .all()
    // Who asks after it is done gets another, with nothing to do.
    expect(results.map(row => row['lowered']).sort()).toEqual([...results.slice(1).map(() => 0), 1])
    expect(
      await env.DB.prepare('SELECT drawn_at FROM question_versions WHERE id = ?').bind(key).first('drawn_at'),
    ).not.toBeNull()
  })

  test('an older key never replaces a newer one’s grade', async () => {
    const { question, answered } = await hall()
    const ids = [await answered(true), await answered(false)]
    const older = await rekey(question, negate)
    const newer = await rekey(question, negate)
    const [first, second] = [await insertRegrade(question.id, older), await insertRegrade(question.id, newer)]
    await finish(second)
    await finish(first)
    expect(await responseOf((ids[0] ?? 0) * 1000)).toMatchObject({ score_nano: 1e9, key_version_id: newer })
    expect(await regradeRow(first)).toMatchObject({ done: 0, total: 0, status: 'completed' })
  })
})

const regradeRow = (id: number) =>
  env.DB.prepare('SELECT status, cursor, total, done, raised, lowered FROM regrades WHERE id = ?')
    .bind(id)
    .first<Record<string, number | string>>()
async function finish(id: number): Promise<number> {
  for (let batches = 1; ; batches++) if (!(await regradeNext(db, id, now()))) return batches
}

/** D1 that dies at its n-th batch: before it, or after it was written and before anybody heard of it. */
function dying(at: number, when: 'before' | 'after'): D1Database {
  let batches = 0
  return wrapped(async batch => {
    batches += 1
    if (batches === at && when === 'before') throw new Error(LOST)
    const results = await batch()
    if (batches === at) throw new Error(LOST)
    return results
  })
}

/** 1,200 attempts of one learner, every third of them right. */
async function manyAnswers() {
  const made = await hall()
  const { question, quiz, learner, enrollment } = made
  const [right, wrong] = [JSON.stringify(rightAnswer(question)), JSON.stringify(wrongAnswer(question))]
  const { results } = await env.DB.prepare(
    `INSERT INTO attempts (quiz_id, user_id, enrollment_id, status, started_at, completed_at, earned_nano, possible_nano, score_hundredths, passed)
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
     SELECT ?, ?, ?, 'completed', 0, 1, (i % 3 = 0) * 1000000000, 1000000000, (i % 3 = 0) * 10000, i % 3 = 0 FROM n RETURNING id, passed`,
  )
    .bind(quiz.id, learner.id, enrollment.id)
    .all<{ id: number; passed: number }>()
  await env.DB.prepare(
    `INSERT INTO responses (id, question_id, question_version_id, key_version_id, response_data, is_correct, score_nano, max_nano, item_share, rest_share)
     SELECT id * 1000, ?1, ?2, ?2, iif(passed, ?3, ?4), passed, passed * 1000000000, 1000000000, passed * 10000, 0 FROM attempts WHERE quiz_id = ?5`,
  )
    .bind(question.id, question.versionId, right, wrong, quiz.id)
    .run()
  expect(results).toHaveLength(1200)
  return { ...made, key: await rekey(question, negate) }
}
const sums = (quiz: number) =>
  env.DB.prepare(
    `SELECT sum(a.passed) AS passed, sum(a.score_hundredths) AS score, sum(r.score_nano) / 1000000 AS milli, sum(r.item_share) AS items, count(DISTINCT r.key_version_id) AS keys
     FROM attempts a JOIN responses r ON r.attempt_id = a.id WHERE a.quiz_id = ?`,
  )
    .bind(quiz)
    .first()
const TURNED = { passed: 800, score: 8_000_000, milli: 800_000, items: 8_000_000, keys: 1 }

describe('1,200 responses', () => {
  test('go in batches; whatever dies, before a write or after it, nothing counts twice or is left out', async () => {
    const { question, quiz, key } = await manyAnswers()
    const dry = await insertRegrade(question.id, key, { total: 1200, is_dry_run: 1 })
    await finish(dry)
    expect(await regradeRow(dry)).toMatchObject({ done: 1200, raised: 800, lowered: 400 })
    expect(await sums(quiz.id)).toMatchObject({ passed: 400 })

    const id = await insertRegrade(question.id, key, { total: 1200 })
    for (const when of ['before', 'after'] as const) {
      for (const at of [1, 2]) {
        await expect(regradeNext(backgroundDatabase({ ...env, DB: dying(at, when) }), id, now())).rejects.toThrow(
          'connection lost',
        )
      }
    }
    // One batch was written unheard.
    expect(await regradeRow(id)).toMatchObject({ status: 'running', done: 500 })
    // And two that go on from the same place at once.
    await Promise.all([regradeNext(db, id, now()), regradeNext(db, id, now())])
    await finish(id)
    const { cursor, ...row } = (await regradeRow(id)) ?? {}
    expect(row).toEqual({ status: 'completed', total: 1200, done: 1200, raised: 800, lowered: 400 })
    expect(cursor).toBeGreaterThan(0)
    expect(await sums(quiz.id)).toEqual(TURNED)
  })

  test('the object: an alarm that fails sets itself anew, survives eviction, and goes on when D1 is back', async () => {
    const { question, quiz, instructor, key } = await manyAnswers()
    const id = await insertRegrade(question.id, key, { total: 1200 })
    const job = env.REGRADES.getByName(String(id))
    await runInDurableObject(job, async (instance, state) => {
      Object.defineProperty(instance, 'env', { value: { ...env, DB: failing(1).DB }, configurable: true })
      await instance.alarm()
      expect(state.storage.kv.get('failures')).toBe(1)
      const alarm = await state.storage.getAlarm()
      expect(alarm).toBeGreaterThan(Date.now())
      expect(alarm).toBeLessThanOrEqual(Date.now() + 1_000)
    })
    await evictDurableObject(job)
    await sweepRegrades(env)
    while (await runDurableObjectAlarm(job));
    const done = await completed(id, instructor)
    expect(done).toMatchObject({ done: 1200, total: 1200, raised: 800, lowered: 400 })
    expect(await sums(quiz.id)).toEqual(TURNED)
    await runInDurableObject(job, async (_, state) => {
      expect(await state.storage.getAlarm()).toBeNull()
      expect(state.storage.kv.get('failures')).toBeUndefined()
    })
  })

  test('a job whose alarm was lost is found by cron', async () => {
    const { question, instructor, answered } = await hall()
    await answered(true)
    const id = await insertRegrade(question.id, await rekey(question, negate), { total: 1 })
    await sweepRegrades(env)
    expect(await completed(id, instructor)).toMatchObject({ done: 1, lowered: 1 })
  })
})

const pendingOf = async (attemptId: number) => (await batch(db, pendingRegrades({ attemptIds: [attemptId] })))[0]

describe('attempts that end after a regrade', () => {
  test('are regraded by its key, however often it is repeated; by the newest, and not by a dry run', async () => {
    const made = await hall([QUESTIONS.true_false, QUESTIONS.true_false])
    const { question, instructor, learner } = made
    const [, second] = made.quiz.questions
    if (!second) throw new Error('no question')
    const attempt = () =>
      endedAttempt(
        made.quiz.id,
        learner,
        [question, second].map(one => ({ question: one, scoreMilli: 1000, responseData: rightAnswer(one) })),
        { enrollmentId: made.enrollment.id },
      )
    await rekey(question, negate)
    await regrade(question.id, instructor, { dry_run: true })
    expect(await pendingOf(await attempt())).toEqual([])
    await regrade(question.id, instructor)
    const late = await attempt()
    const found = await pendingOf(late)
    expect(found.map(({ id }) => id)).toEqual([late * 1000])
    await regradeAttempts(db, found, now())
    await regradeAttempts(db, found, now())
    expect(await attemptState(late)).toMatchObject({ earned_nano: 1e9, score_hundredths: 5000, passed: 0 })
    expect(await pendingOf(late)).toEqual([])
    await rekey(question, negate)
    await regrade(question.id, instructor)
    expect(await attemptState(late)).toMatchObject({ score_hundredths: 10_000, passed: 1 })
    // What was read before that is written no more.
    await regradeAttempts(db, found, now())
    expect(await attemptState(late)).toMatchObject({ score_hundredths: 10_000, passed: 1 })
  })

  test('that showed a newer version than the key keep their own', async () => {
    const { question, quiz, learner, instructor, enrollment, answered } = await hall()
    await answered(true)
    const key = await rekey(question, negate)
    await regrade(question.id, instructor)
    const versionId = await rekey(question, negate)
    expect(versionId).toBeGreaterThan(key)
    const late = await endedAttempt(
      quiz.id,
      learner,
      [{ question: { ...question, versionId }, scoreMilli: 1000, responseData: rightAnswer(question) }],
      { enrollmentId: enrollment.id },
    )
    expect(await pendingOf(late)).toEqual([])
  })
})

test('a batch is bounded by what it touches, and never empty while there is anything', async () => {
  const { question, answered } = await hall()
  const ids = [await answered(true), await answered(true), await answered(true)].map(id => id * 1000)
  const id = await insertRegrade(question.id, await rekey(question, negate))
  const next = async (most: Partial<BatchSize>) =>
    (await batch(db, nextResponses({ jobId: id, responses: 500, rows: 500, characters: 500, ...most })))[0].map(
      row => row.id,
    )
  expect(await next({})).toEqual(ids)
  expect(await next({ responses: 2 })).toEqual(ids.slice(0, 2))
  expect(await next({ rows: 2 })).toEqual(ids.slice(0, 2))
  expect(await next({ rows: 0 })).toEqual(ids.slice(0, 1))
  expect(await next({ characters: 1 })).toEqual(ids.slice(0, 1))
  await finish(id)
  expect(await next({})).toEqual([])
})

test('a regrade that was removed for good ends its object', async () => {
  const { question, answered } = await hall()
  await answered(true)
  const id = await insertRegrade(question.id, await rekey(question, negate))
  await env.DB.prepare('DELETE FROM regrades WHERE id = ?').bind(id).run()
  const job = env.REGRADES.getByName(String(id))
  await runInDurableObject(job, async (instance, state) => {
    await instance.alarm()
    expect(await state.storage.getAlarm()).toBeNull()
  })
})
