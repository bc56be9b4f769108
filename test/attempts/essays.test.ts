import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { endedAttempt } from '../factories/attempts.ts'
import { type Hall, makeHall } from '../factories/classrooms.ts'
import { enrolled, makeModule } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { QUESTIONS, rightAnswer } from '../factories/questions.ts'
import { insertQuizWithQuestions } from '../factories/quizzes.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { attemptState, end, resultOf, started, submit } from '../helpers/attempts.ts'
import { type Answer, allPages, call } from '../helpers/client.ts'
import { countsAndTruth } from '../helpers/counters.ts'
import { scan } from '../helpers/qr-codes.ts'

const RUBRIC = {
  ...QUESTIONS.essay,
  rubric: [
    { criterion: 'content', max_points: 5 },
    { criterion: 'organization', max_points: 2 },
    { criterion: 'grammar', max_points: 3 },
  ],
}
const PENDING = '/api/courses/question-responses/pending-grading/'

const grade = (response: number, as: TestUser, body: unknown) =>
  call('POST', `/api/courses/question-responses/${response}/grade-essay/`, { as, body })
const pending = async (as: TestUser, query = ''): Promise<number[]> =>
  (await allPages(PENDING + query, as)).map(({ id }: { id: number }) => id)
const progressOf = async ({ learner, course }: Hall) => {
  const { body } = await call('GET', `/api/progress/?course=${course.id}`, { as: learner })
  return body.results[0]
}

/** How a learner who left comes back: alone, by the instructor, by an access code. */
const RETURNS: Record<string, (hall: Hall) => Promise<Answer>> = {
  alone: ({ learner, course }) => call('POST', `/api/courses/${course.slug}/enroll/`, { as: learner }),
  'by the instructor': ({ instructor, learner, course }) =>
    call('POST', `/api/courses/${course.id}/enrollments/`, { as: instructor, body: { users: [learner.username] } }),
  'by an access code': async ({ instructor, learner, course }) =>
    scan(learner, await makeCode(instructor, { type: 'access', target_id: course.id })),
}

/** A quiz of a question of 10 points and an essay of 10, the first answered right and the essay waiting. */
async function handedIn(essay: object = QUESTIONS.essay, fields: Record<string, string | number | null> = {}) {
  const hall = await makeHall({ passing_score: 70, ...fields }, [{ ...QUESTIONS.true_false, points: 10 }, essay])
  const attempt = await started(hall)
  for (const question of hall.quiz.questions) {
    const answer = await submit(attempt, hall.learner, question.id, rightAnswer(question))
    expect(answer.status, answer.text).toBe(200)
  }
  expect((await end(attempt, hall.learner)).status).toBe(200)
  return { ...hall, attempt: attempt.id as number, essay: attempt.id * 1000 + 1 }
}

describe('grading an essay', () => {
  test.each(Object.keys(RETURNS))('passed while gone: coming back %s completes the course', async way => {
    const made = await handedIn()
    const { instructor, learner, course, enrollment, essay } = made
    const standing = async () =>
      (await call('GET', `/api/enrollments/?course=${course.id}`, { as: instructor })).body.results[0]
    const leave = () => call('POST', `/api/courses/${course.slug}/unenroll/`, { as: learner })
    const comeBack = () => RETURNS[way]?.(made)
    expect((await leave()).status).toBe(204)
    expect((await comeBack())?.status).toBeLessThan(300)
    expect(await standing(), 'before the grade').toMatchObject({ status: 'active', completed_at: null })
    await leave()
    expect((await grade(essay, instructor, { score: 10 })).status).toBe(200)
    expect(await standing()).toMatchObject({ status: 'dropped', progress: 100, completed_at: null })
    const open = await makeModule(instructor, course.id)
    expect((await comeBack())?.status).toBeLessThan(300)
    expect(await standing(), 'with a module open').toMatchObject({ status: 'active', progress: 50, completed_at: null })
    await leave()
    await call('DELETE', `/api/modules/${open.id}/`, { as: instructor })
    const back = await comeBack()
    const completed = await standing()
    expect(completed).toMatchObject({
      id: enrollment.id,
      status: 'completed',
      completed_at: expect.stringMatching(/Z$/),
    })
    if (way === 'alone') expect(back).toMatchObject({ status: 201, body: completed })
    if (way === 'by the instructor') expect(back?.body.results[0]).toMatchObject({ enrollment: completed })
    if (way === 'by an access code') expect(back?.body.is_valid).toBe(true)
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 100, completion_date: completed.completed_at })
  })

  test('answers as documented; score, pass, module and course follow; grading again corrects both ways', async () => {
    const made = await handedIn()
    const { instructor, learner, essay, attempt, quiz } = made
    expect(await attemptState(attempt)).toMatchObject({ score_hundredths: 5000, passed: 0, pending_grading: 1 })
    const { status, body } = await grade(essay, instructor, { score: 8, feedback: 'Good.' })
    expect([status, body]).toEqual([
      200,
      {
        id: essay,
        quiz_attempt: attempt,
        question: quiz.questions[1]?.id,
        question_text: 'Explain inheritance.',
        response_data: { essay_text: 'Inheritance is a key concept.' },
        is_graded: true,
        score: 8,
        max_score: 10,
        feedback: 'Good.',
        graded_at: expect.stringMatching(/Z$/),
        graded_by: instructor.username,
        rubric_scores: {},
      },
    ])
    expect(await attemptState(attempt)).toEqual({
      earned_nano: 18e9,
      score_hundredths: 9000,
      passed: 1,
      pending_grading: 0,
      lost_pass_at: null,
      end_score_hundredths: 5000,
    })
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 100, completion_date: expect.any(String) })
    const result = await resultOf({ id: attempt }, learner)
    expect(result.body).toMatchObject({ score: 90, passed: true })
    expect(result.body.responses[1]).toMatchObject({ score: 8, is_correct: false, feedback: 'Good.' })

    expect((await grade(essay, instructor, { score: 3.999 })).body).toMatchObject({ score: 3.999, feedback: 'Good.' })
    expect(await attemptState(attempt)).toMatchObject({ score_hundredths: 7000, passed: 1 })
    expect((await grade(essay, instructor, { score: 3.9, feedback: '' })).body).toMatchObject({ feedback: '' })
    expect(await attemptState(attempt)).toMatchObject({
      score_hundredths: 6950,
      passed: 0,
      lost_pass_at: expect.any(Number),
    })
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 0, completion_date: null })
    await grade(essay, instructor, { score: 10 })
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 100, completion_date: expect.any(String) })
    expect(await shares(attempt)).toEqual([
      [10_000, 10_000],
      [10_000, 10_000],
    ])
    const told = await env.DB.prepare(
      "SELECT count(*) AS n FROM activities WHERE user_id = ? AND type = 'module_complete'",
    )
      .bind(learner.id)
      .first('n')
    expect(told).toBe(2)
  })

  test('what never was a pass is none that is lost: it takes nothing back', async () => {
    const made = await handedIn()
    const complete = (criteria: string) =>
      env.DB.prepare('UPDATE modules SET completion_criteria = ? WHERE id = ?').bind(criteria, made.module.id).run()
    await complete('content')
    const progress = `/api/module-progress/${made.enrollment.id * 10_000_000 + made.module.id}`
    expect((await call('POST', `${progress}/complete/`, { as: made.learner })).status).toBe(200)
    await complete('quiz')
    await grade(made.essay, made.instructor, { score: 0 })
    expect(await attemptState(made.attempt)).toMatchObject({ score_hundredths: 5000, passed: 0, lost_pass_at: null })
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 100 })
  })

  test('only an attempt that passes completes the module', async () => {
    const made = await handedIn()
    // As if the module had completed by something else when this one passed.
    await endedAttempt(made.quiz.id, made.learner, [], { enrollmentId: made.enrollment.id })
    await grade(made.essay, made.instructor, { score: 0 })
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 0 })
    await grade(made.essay, made.instructor, { score: 10 })
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 100 })
  })

  test('of a quiz without points is all of them', async () => {
    const hall = await makeHall({ passing_score: 70 }, [{ ...QUESTIONS.essay, points: 0 }])
    const attempt = await started(hall)
    for (const question of hall.quiz.questions) await submit(attempt, hall.learner, question.id, rightAnswer(question))
    await end(attempt, hall.learner)
    expect((await grade(attempt.id * 1000, hall.instructor, { score: 0 })).status).toBe(200)
    expect(await attemptState(attempt.id)).toMatchObject({ score_hundredths: 10_000, passed: 1, pending_grading: 0 })
  })

  const shares = async (attempt: number) =>
    env.DB.prepare('SELECT item_share, rest_share FROM responses WHERE attempt_id = ? ORDER BY id').bind(attempt).raw()

  test('item analysis: the essay joins when graded, and the others’ rest follows', async () => {
    const { instructor, essay, attempt } = await handedIn()
    expect(await shares(attempt)).toEqual([
      [10_000, 0],
      [null, null],
    ])
    await grade(essay, instructor, { score: 2.5 })
    expect(await shares(attempt)).toEqual([
      [10_000, 2500],
      [2500, 10_000],
    ])
  })

  test('a pass by another attempt keeps what was completed', async () => {
    const made = await handedIn()
    await grade(made.essay, made.instructor, { score: 10 })
    const [first, essay] = made.quiz.questions
    if (!first || !essay) throw new Error('no question')
    const other = await endedAttempt(
      made.quiz.id,
      made.learner,
      [
        { question: first, scoreMilli: 10_000 },
        { question: essay, scoreMilli: 10_000 },
      ],
      { enrollmentId: made.enrollment.id },
    )
    await grade(made.essay, made.instructor, { score: 0 })
    expect(await attemptState(made.attempt)).toMatchObject({ passed: 0 })
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 100 })
    await grade(other * 1000 + 1, made.instructor, { score: 0 })
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 0, completion_date: null })
  })

  test('a lost pass takes nothing back from a module that completes by its content, nor by a quiz that is not shown', async () => {
    for (const change of [
      "UPDATE modules SET completion_criteria = 'content' WHERE id = (SELECT module_id FROM quizzes WHERE id = ?)",
      'UPDATE quizzes SET is_published = 0 WHERE id = ?',
    ]) {
      const made = await handedIn()
      await grade(made.essay, made.instructor, { score: 10 })
      await env.DB.prepare(change).bind(made.quiz.id).run()
      await grade(made.essay, made.instructor, { score: 0 })
      expect(await attemptState(made.attempt)).toMatchObject({ passed: 0, lost_pass_at: expect.any(Number) })
      expect(await progressOf(made), change).toMatchObject({ percentage_complete: 100 })
    }
  })

  test.each(['quiz', 'hybrid'])('a lost pass takes back a module that completes as %s', async criteria => {
    const made = await handedIn()
    await grade(made.essay, made.instructor, { score: 10 })
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 100 })
    await env.DB.prepare('UPDATE modules SET completion_criteria = ? WHERE id = ?').bind(criteria, made.module.id).run()
    await grade(made.essay, made.instructor, { score: 0 })
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 0 })
  })

  test('a pass from before a reset, once lost, takes nothing back of what was completed since', async () => {
    const made = await handedIn()
    await grade(made.essay, made.instructor, { score: 10 })
    const progress = `/api/module-progress/${made.enrollment.id * 10_000_000 + made.module.id}`
    expect((await call('POST', `${progress}/reset/`, { as: made.learner })).status).toBe(200)
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 0 })
    const complete = (criteria: string) =>
      env.DB.prepare('UPDATE modules SET completion_criteria = ? WHERE id = ?').bind(criteria, made.module.id).run()
    await complete('content')
    expect((await call('POST', `${progress}/complete/`, { as: made.learner })).status).toBe(200)
    await complete('quiz')
    await grade(made.essay, made.instructor, { score: 0 })
    expect(await attemptState(made.attempt)).toMatchObject({ passed: 0, lost_pass_at: expect.any(Number) })
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 100 })
  })

  test('the course is given back with the last of its modules only', async () => {
    const made = await handedIn()
    const second = await makeModule(made.instructor, made.course.id)
    await grade(made.essay, made.instructor, { score: 10 })
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 50, completion_date: null })
    const id = made.enrollment.id * 10_000_000 + second.id
    await call('POST', `/api/module-progress/${id}/complete/`, { as: made.learner })
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 100, completion_date: expect.any(String) })
    await grade(made.essay, made.instructor, { score: 1 })
    expect(await progressOf(made)).toMatchObject({ percentage_complete: 50, completion_date: null })
  })

  test('with a rubric: within it, summing to the score, which may be left out', async () => {
    const { instructor, essay } = await handedIn(RUBRIC)
    const rubric_scores = { content: 3, organization: 2, grammar: 3 }
    expect((await grade(essay, instructor, { score: 8, rubric_scores })).body).toMatchObject({
      score: 8,
      rubric_scores,
    })
    expect((await grade(essay, instructor, { rubric_scores: { content: 4.125 } })).body).toMatchObject({ score: 4.125 })
    expect((await grade(essay, instructor, { score: 7 })).body).toMatchObject({ score: 7, rubric_scores: {} })
    for (const [body, field] of [
      [{ score: 9, rubric_scores }, 'rubric_scores'],
      [{ score: 8, rubric_scores: { content: 6, organization: 2 } }, 'rubric_scores'],
      [{ rubric_scores: {} }, 'score'],
      [{ rubric_scores: { style: 1 } }, 'rubric_scores'],
      [{ rubric_scores: { constructor: 1 } }, 'rubric_scores'],
      [{ rubric_scores: { content: -1 } }, 'rubric_scores'],
      [{ rubric_scores: { content: 1.0001 } }, 'rubric_scores'],
      [{ rubric_scores: { content: '3' } }, 'rubric_scores.content'],
      [{ rubric_scores: [3] }, 'rubric_scores'],
    ] as const) {
      const answer = await grade(essay, instructor, body)
      expect([answer.status, Object.keys(answer.body)], JSON.stringify(body)).toEqual([400, [field]])
    }
  })

  test('without a rubric any scores are kept as sent; the score is needed and bounded', async () => {
    const { instructor, essay } = await handedIn()
    const rubric_scores = { style: 99.12345, wit: -3 }
    expect((await grade(essay, instructor, { score: 0.125, rubric_scores })).body).toMatchObject({
      score: 0.125,
      rubric_scores,
    })
    for (const body of [
      {},
      { rubric_scores },
      { score: -1 },
      { score: 10.001 },
      { score: 1.2345 },
      { score: '8' },
      { score: null },
    ]) {
      const answer = await grade(essay, instructor, body)
      expect([answer.status, Object.keys(answer.body)], JSON.stringify(body)).toEqual([400, ['score']])
    }
    expect((await grade(essay, instructor, { score: 1, feedback: 'x'.repeat(2001) })).body).toHaveProperty('feedback')
  })

  test('who may: its instructor and staff; the learner 403, everyone else 404; nothing that is deleted', async () => {
    const { instructor, learner, essay, course, quiz } = await handedIn()
    const mate = await makeUser()
    await enrolled(mate, course)
    expect((await grade(essay, learner, { score: 10 })).status).toBe(403)
    for (const stranger of [mate, await makeUser(), await makeInstructor()]) {
      expect((await grade(essay, stranger, { score: 10 })).status).toBe(404)
    }
    expect((await grade(essay + 500, instructor, { score: 1 })).status).toBe(404)
    const staff = await makeStaff()
    expect((await grade(essay, staff, { score: 10 })).body).toMatchObject({ graded_by: staff.username })
    await env.DB.prepare('UPDATE quizzes SET deleted_at = 1 WHERE id = ?').bind(quiz.id).run()
    expect((await grade(essay, instructor, { score: 1 })).status).toBe(404)
  })

  test('400 for what is not graded by hand; a preview is graded and leaves progress and item analysis alone', async () => {
    const { instructor, learner, attempt, quiz, enrollment } = await handedIn()
    expect((await grade(attempt * 1000, instructor, { score: 1 })).body).toHaveProperty('detail')
    const [, essay] = quiz.questions
    if (!essay) throw new Error('no question')
    const left = [{ question: essay, pending: true }]
    const enrollmentId = enrollment.id
    const survey = await endedAttempt(quiz.id, learner, left, { enrollmentId, isSurvey: true })
    const abandoned = await endedAttempt(quiz.id, learner, left, { enrollmentId, status: 'abandoned' })
    for (const id of [survey, abandoned]) {
      const before = await attemptState(id)
      const answer = await grade(id * 1000, instructor, { score: 1 })
      expect([answer.status, Object.keys(answer.body)]).toEqual([400, ['detail', 'code']])
      expect(await attemptState(id)).toEqual(before)
    }
    const preview = await endedAttempt(quiz.id, instructor, left, { isPreview: true })
    expect((await grade(preview * 1000, instructor, { score: 10 })).status).toBe(200)
    expect(await attemptState(preview)).toMatchObject({ score_hundredths: 10_000, passed: 1, pending_grading: 0 })
    expect(await shares(preview)).toEqual([[null, null]])
  })

  test('two graders at once: one of them stands whole, and every sum agrees', async () => {
    const { instructor, essay, attempt } = await handedIn()
    const staff = await makeStaff()
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        grade(essay, n % 2 ? staff : instructor, { score: n, feedback: `grade ${n}` }),
      ),
    )
    const row = await env.DB.prepare(
      'SELECT score_nano, feedback, item_share, (SELECT earned_nano FROM attempts WHERE id = attempt_id) AS earned FROM responses WHERE id = ?',
    )
      .bind(essay)
      .first<{ score_nano: number; feedback: string; item_share: number; earned: number }>()
    expect(row?.feedback).toBe(`grade ${Number(row?.score_nano) / 1e9}`)
    expect([row?.item_share, row?.earned]).toEqual([Number(row?.score_nano) / 1e6, 10e9 + Number(row?.score_nano)])
    expect(await attemptState(attempt)).toMatchObject({ pending_grading: 0 })
  })
})

describe('essays that wait', () => {
  test('newest first, by course and quiz; of own courses, for staff of all; as documented', async () => {
    const one = await handedIn({ ...QUESTIONS.essay, min_words: 5, max_words: 100 })
    await env.DB.prepare("UPDATE users SET first_name = 'John', last_name = 'Doe' WHERE id = ?")
      .bind(one.learner.id)
      .run()
    const { body } = await call('GET', PENDING, { as: one.instructor })
    expect(body.results).toEqual([
      {
        id: one.essay,
        quiz_attempt: one.attempt,
        student_name: 'John Doe',
        quiz_title: expect.any(String),
        question: one.quiz.questions[1]?.id,
        question_text: 'Explain inheritance.',
        response_data: { essay_text: 'Inheritance is a key concept.' },
        is_graded: false,
        submitted_at: expect.stringMatching(/Z$/),
        min_words: 5,
        max_words: 100,
      },
    ])
    const second = await insertQuizWithQuestions((await makeModule(one.instructor, one.course.id)).id, {}, [
      QUESTIONS.essay,
      QUESTIONS.essay,
    ])
    const [first, last] = second.questions
    if (!first || !last) throw new Error('no question')
    const left = [first, last].map(question => ({ question, pending: true }))
    const two = await endedAttempt(second.id, one.learner, left, { enrollmentId: one.enrollment.id })
    const preview = await endedAttempt(second.id, one.instructor, left, { isPreview: true })
    const other = await handedIn()
    const mine = [two * 1000 + 1, two * 1000, one.essay]
    expect(await pending(one.instructor)).toEqual(mine)
    expect(await pending(one.instructor, '?page_size=1')).toEqual(mine)
    expect(await pending(one.instructor, '?page_size=2')).toEqual(mine)
    expect(await pending(one.instructor, `?quiz=${second.id}`)).toEqual(mine.slice(0, 2))
    expect(await pending(one.instructor, `?course=${one.course.id}&quiz=${one.quiz.id}`)).toEqual([one.essay])
    expect(await pending(one.instructor, `?course=${other.course.id}`)).toEqual([])
    expect(await pending(one.instructor, `?course=${other.course.id}&quiz=${one.quiz.id}`)).toEqual([])
    expect(await pending(one.instructor, '?quiz=999999')).toEqual([])
    const staff = await makeStaff()
    const all = await pending(staff)
    expect(all.filter(id => [...mine, other.essay].includes(id))).toEqual([other.essay, ...mine])
    expect(all).not.toContain(preview * 1000)
    expect(await pending(staff, `?course=${one.course.id}`)).toEqual(mine)
    expect((await call('GET', PENDING, { as: one.learner })).status).toBe(403)
    expect((await call('GET', `${PENDING}?course=x&quiz=0`, { as: staff })).body).toEqual({
      course: ['A valid integer is required.'],
      quiz: ['A valid integer is required.'],
    })

    await grade(two * 1000, one.instructor, { score: 1 })
    expect(await pending(one.instructor)).toEqual([two * 1000 + 1, one.essay])
    await grade(two * 1000 + 1, one.instructor, { score: 1 })
    expect(await pending(one.instructor)).toEqual([one.essay])
  })

  test('what is deleted is absent, what is restored is back, and every count is kept', async () => {
    const made = await handedIn()
    const { instructor, course, module } = made
    const staff = await makeStaff()
    const total = async () => (await call('GET', PENDING, { as: staff })).body.count
    const before = await total()
    const seen = async () => [
      await pending(instructor),
      await pending(instructor, `?course=${course.id}`),
      (await total()) - before,
    ]
    for (const path of [`/api/courses/${course.id}/`, `/api/modules/${module.id}/`]) {
      await call('DELETE', path, { as: instructor })
      expect(await seen(), path).toEqual([[], [], -1])
      const { kept, truth } = await countsAndTruth()
      expect(kept).toEqual(truth)
      await call('POST', `${path}restore/`, { as: instructor })
      expect(await seen(), path).toEqual([[made.essay], [made.essay], 0])
    }
    await env.DB.prepare('UPDATE quizzes SET deleted_at = 1 WHERE id = ?').bind(made.quiz.id).run()
    expect(await seen()).toEqual([[], [], -1])
    await env.DB.prepare('DELETE FROM responses WHERE attempt_id = ?').bind(made.attempt).run()
    await env.DB.prepare('DELETE FROM attempts WHERE id = ?').bind(made.attempt).run()
    await env.DB.prepare('UPDATE quizzes SET deleted_at = NULL WHERE id = ?').bind(made.quiz.id).run()
    const { kept, truth } = await countsAndTruth()
    expect(kept).toEqual(truth)
  })
})
