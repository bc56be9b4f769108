import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Hall, makeHall } from '../factories/classrooms.ts'
import { enrolled, makeCourse } from '../factories/courses.ts'
import { type MadeQuestion, QUESTIONS, rightAnswer, wrongAnswer } from '../factories/questions.ts'
import { insertQuestion, insertQuizWithQuestions } from '../factories/quizzes.ts'
import { makeInstructor, makeStaff, makeUser } from '../factories/users.ts'
import { end, resultOf, startAttempt, started, submit } from '../helpers/attempts.ts'
import { call } from '../helpers/client.ts'
import { evict } from '../helpers/objects.ts'

const question = (hall: Hall, place = 0): MadeQuestion => {
  const found = hall.quiz.questions[place]
  if (!found) throw new Error('no such question')
  return found
}
const change = (table: string, id: number, set: string) =>
  env.DB.prepare(`UPDATE ${table} SET ${set} WHERE id = ?`).bind(id).run()
const detail = (attempt: { id: number }, as: { token: string }) =>
  call('GET', `/api/courses/quiz-attempts/${attempt.id}/`, { as })
const extend = (attempt: { id: number }, as: { token: string }, additional_minutes = 15) =>
  call('POST', `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`, { as, body: { additional_minutes } })
const now = () => Math.floor(Date.now() / 1000)

afterEach(() => vi.useRealTimers())

describe('starting', () => {
  test('answers the questions without their keys, and again what was saved', async () => {
    const hall = await makeHall({ time_limit_minutes: 30 }, [QUESTIONS.multiple_choice, QUESTIONS.essay])
    const { status, body } = await startAttempt(hall.quiz, hall.learner)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      quiz: hall.quiz.id,
      user: hall.learner.id,
      status: 'in_progress',
      time_remaining_seconds: 1800,
      score: null,
      completed_at: null,
    })
    expect(body.questions.map((asked: { id: number }) => asked.id)).toEqual(hall.quiz.questions.map(({ id }) => id))
    expect(JSON.stringify(body)).not.toMatch(/is_correct|explanation|feedback|JavaScript/)
    expect(body).not.toHaveProperty('is_preview')
    await submit(body, hall.learner, question(hall).id, rightAnswer(question(hall)))
    for (const again of [await startAttempt(hall.quiz, hall.learner), await detail(body, hall.learner)]) {
      expect(again.status).toBe(200)
      expect(again.body.id).toBe(body.id)
      expect(again.body.questions).toEqual(body.questions)
      expect(again.body.responses).toMatchObject([
        {
          id: body.id * 1000,
          question: question(hall).id,
          response_data: rightAnswer(question(hall)),
          is_correct: true,
          score: 1,
        },
      ])
    }
  })

  test('a running attempt goes on, whatever becomes of course, quiz and enrollment', async () => {
    const hall = await makeHall({ max_attempts: 1 })
    const attempt = await started(hall)
    await change('quizzes', hall.quiz.id, `is_published = 0, access_code = 'x', available_until = 1, deleted_at = 1`)
    await change('courses', hall.course.id, `status = 'draft', deleted_at = 1`)
    await change('enrollments', hall.enrollment.id, `status = 'dropped'`)
    const again = await startAttempt(hall.quiz, hall.learner)
    expect([again.status, again.body.id]).toEqual([200, attempt.id])
    expect((await submit(attempt, hall.learner, question(hall).id, rightAnswer(question(hall)))).status).toBe(200)
    const done = await end(attempt, hall.learner)
    expect([done.status, done.body.score]).toEqual([200, 100])
  })

  test('who may not begin, and why', async () => {
    const hall = await makeHall()
    const begin = async () => {
      const { status, body } = await startAttempt(hall.quiz, hall.learner)
      return [status, body.detail]
    }
    const NOT_FOUND = [404, 'Not found.']
    const stranger = await makeUser()
    expect((await startAttempt(hall.quiz, stranger)).status).toBe(403)
    expect((await startAttempt({ id: 99_999_999 }, stranger)).status).toBe(404)
    for (const [table, id, unset, set] of [
      ['quizzes', hall.quiz.id, 'is_published = 0', 'is_published = 1'],
      ['modules', hall.module.id, 'is_published = 0', 'is_published = 1'],
      ['courses', hall.course.id, `status = 'archived'`, `status = 'published'`],
      ['courses', hall.course.id, `status = 'draft'`, `status = 'published'`],
    ] as const) {
      await change(table, id, unset)
      expect(await begin(), unset).toEqual([400, 'This quiz is not open.'])
      expect((await startAttempt(hall.quiz, stranger)).status, 'nobody else may know').toBe(404)
      await change(table, id, set)
    }
    await change('quizzes', hall.quiz.id, 'deleted_at = 1')
    expect(await begin()).toEqual(NOT_FOUND)
    await change('quizzes', hall.quiz.id, 'deleted_at = NULL')
    await change('enrollments', hall.enrollment.id, `status = 'dropped'`)
    expect((await begin())[0]).toBe(403)
    await change('enrollments', hall.enrollment.id, `status = 'completed'`)
    await change('quizzes', hall.quiz.id, `available_from = ${now() + 100}`)
    expect(await begin()).toEqual([403, 'This quiz is not open yet.'])
    await change('quizzes', hall.quiz.id, `available_from = NULL, available_until = ${now() - 1}`)
    expect(await begin()).toEqual([403, 'This quiz is closed.'])
    await change('quizzes', hall.quiz.id, `available_until = NULL`)
    await change('questions', question(hall).id, `retired_at = 1`)
    expect(await begin()).toEqual([400, 'This quiz has no questions.'])
    await change('questions', question(hall).id, `retired_at = NULL`)
    expect((await begin())[0]).toBe(201)
  })

  test.each([
    ['one attempt', { allow_multiple_attempts: 0, max_attempts: 0 }, 1],
    ['two', { max_attempts: 2 }, 2],
  ])('%s, and abandoned ones count', async (_, fields, allowed) => {
    const hall = await makeHall(fields)
    for (let turn = 0; turn < allowed; turn += 1)
      await end(await started(hall), hall.learner, turn === 0 ? 'abandon' : 'complete')
    const refused = await startAttempt(hall.quiz, hall.learner)
    expect([refused.status, refused.body]).toEqual([403, { detail: 'No attempt is left.', code: 'no_attempt_left' }])
  })

  test('of a quiz with more text than an object takes in one call is refused; with as much as it does it starts', async () => {
    const long = (letter: string) => letter.repeat(2_000)
    const huge = {
      ...QUESTIONS.multiple_choice,
      choices: Array.from({ length: 50 }, (_, i) => ({
        text: `${i}${long('字').slice(2)}`,
        is_correct: i === 0,
        feedback: long('答'),
      })),
    }
    const hall = await makeHall(
      {},
      Array.from({ length: 19 }, () => huge),
    )
    const attempt = await started(hall)
    expect(attempt.questions).toHaveLength(19)
    await end(attempt, hall.learner)
    for (const order of [20, 21]) await insertQuestion(hall.quiz.id, order, huge)
    const other = await makeUser()
    await enrolled(other, hall.course)
    const refused = await startAttempt(hall.quiz, other)
    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining('too long together')])
    const rows = env.DB.prepare('SELECT count(*) AS n FROM attempts WHERE quiz_id = ?').bind(hall.quiz.id)
    expect(await rows.first('n'), 'it counts as none').toBe(1)
    const { body: progress } = await call('GET', `/api/module-progress/?module=${hall.module.id}`, { as: other })
    expect(progress.results[0], 'nor as study').toMatchObject({ status: 'not_started', started_at: null })
  })

  test('without a limit, still no more than 30 an hour', async () => {
    const hall = await makeHall({ max_attempts: 0 })
    for (let turn = 0; turn < 30; turn += 1) await end(await started(hall), hall.learner, 'abandon')
    const refused = await startAttempt(hall.quiz, hall.learner)
    expect([refused.status, Number(refused.headers.get('Retry-After'))]).toEqual([429, expect.any(Number)])
  })

  test('no limit at 0', async () => {
    const hall = await makeHall({ max_attempts: 0 })
    for (let turn = 0; turn < 5; turn += 1) await end(await started(hall), hall.learner)
    expect((await startAttempt(hall.quiz, hall.learner)).status).toBe(201)
  })

  test('an access code: missing, wrong, right; five wrong ones close the gate for this learner only', async () => {
    const hall = await makeHall({ access_code: 'sesame' })
    const begin = (access_code?: string) => startAttempt(hall.quiz, hall.learner, { access_code })
    expect((await begin()).body).toEqual({ detail: 'This quiz needs an access code.', code: 'access_code_required' })
    for (let turn = 0; turn < 5; turn += 1) {
      const wrong = await begin(turn % 2 === 0 ? 'Sesame' : 'sesame ')
      expect([wrong.status, wrong.body]).toEqual([
        403,
        { detail: 'The access code is wrong.', code: 'access_code_wrong' },
      ])
    }
    const shut = await begin('sesame')
    expect(shut.status).toBe(429)
    expect(Number(shut.headers.get('Retry-After'))).toBeGreaterThan(0)
    const other = await makeUser()
    await call('POST', `/api/courses/${hall.course.slug}/enroll/`, { as: other })
    expect((await startAttempt(hall.quiz, other, { access_code: 'sesame' })).status).toBe(201)
    expect((await startAttempt(hall.quiz, hall.instructor)).status, 'its instructor needs none').toBe(201)
  })

  test('draws and shuffles once, for this attempt', async () => {
    const texts = Array.from({ length: 12 }, (_, n) => ({ ...QUESTIONS.true_false, text: `Statement ${n}` }))
    const hall = await makeHall({ question_count: 8, randomize_questions: 1, max_attempts: 0 }, texts)
    const orders = new Set<string>()
    for (let turn = 0; turn < 4; turn += 1) {
      const attempt = await started(hall)
      const ids = attempt.questions.map((asked: { id: number }) => asked.id)
      expect(new Set(ids).size).toBe(8)
      orders.add(ids.join())
      expect((await startAttempt(hall.quiz, hall.learner)).body.questions).toEqual(attempt.questions)
      await end(attempt, hall.learner)
    }
    expect(orders.size).toBeGreaterThan(1)
  })

  test('instructor and staff preview: no limits, in no list, counting nowhere', async () => {
    const hall = await makeHall({ is_published: 0, max_attempts: 1, available_until: 1 }, [QUESTIONS.essay])
    for (const author of [hall.instructor, await makeStaff()]) {
      const first = await startAttempt(hall.quiz, author)
      expect([first.status, first.body.is_preview]).toEqual([201, true])
      expect((await submit(first.body, author, question(hall).id, { essay_text: 'Words' })).status).toBe(200)
      expect((await end(first.body, author)).body).toMatchObject({ status: 'completed', pending_grading: 1 })
      expect((await startAttempt(hall.quiz, author)).status).toBe(201)
      const { body } = await call('GET', `/api/courses/quiz-attempts/?quiz=${hall.quiz.id}`, { as: author })
      expect(body.count).toBe(0)
    }
    const other = await makeInstructor()
    expect((await startAttempt(hall.quiz, other)).status).toBe(404)
  })

  test('a later edit changes nothing of a running attempt', async () => {
    const hall = await makeHall({ time_limit_minutes: 30, passing_score: 50 })
    const attempt = await started(hall)
    await change(
      'quizzes',
      hall.quiz.id,
      `time_limit_minutes = 1, passing_score = 100, show_feedback = 'never', title = 'Other'`,
    )
    await env.DB.prepare(`UPDATE question_versions SET body = '{}', text = 'Gone' WHERE question_id = ?`)
      .bind(question(hall).id)
      .run()
    await insertQuestion(hall.quiz.id, 2, QUESTIONS.true_false)
    const again = await startAttempt(hall.quiz, hall.learner)
    expect(again.body.questions).toEqual(attempt.questions)
    expect(again.body.time_remaining_seconds).toBeGreaterThan(1700)
    const kept = await submit(attempt, hall.learner, question(hall).id, rightAnswer(question(hall)))
    expect(kept.body).toMatchObject({ is_correct: true, score: 1 })
    expect((await end(attempt, hall.learner)).body).toMatchObject({ score: 100, passed: true })
  })
})

describe('answering', () => {
  test('with immediate feedback an answer is final: the same again is the same, another is refused', async () => {
    const hall = await makeHall()
    const attempt = await started(hall)
    const asked = question(hall)
    const first = await submit(attempt, hall.learner, asked.id, rightAnswer(asked), { time_spent_seconds: 45 })
    expect(first.status).toBe(200)
    expect(first.body).toMatchObject({ quiz_attempt: attempt.id, question: asked.id, is_correct: true, score: 1 })
    expect(first.body.time_spent_seconds, 'cut to the time elapsed').toBeLessThan(45)
    expect((await submit(attempt, hall.learner, asked.id, rightAnswer(asked))).body).toEqual(first.body)
    const other = await submit(attempt, hall.learner, asked.id, wrongAnswer(asked))
    expect([other.status, other.body.detail]).toEqual([400, expect.stringContaining('answered already')])
    expect((await end(attempt, hall.learner)).body.score).toBe(100)
  })

  test.each(['after_completion', 'never'])('with feedback %s answers may change, and nothing is told', async mode => {
    const hall = await makeHall({ show_feedback: mode })
    const attempt = await started(hall)
    const asked = question(hall)
    for (const answer of [rightAnswer(asked), wrongAnswer(asked), rightAnswer(asked)]) {
      const kept = await submit(attempt, hall.learner, asked.id, answer)
      expect(kept.body).toMatchObject({ response_data: answer, is_correct: null, score: null })
    }
    expect((await end(attempt, hall.learner)).body).toMatchObject({ score: 100, passed: true })
    const [mine, seen] = [await resultOf(attempt, hall.learner), await resultOf(attempt, hall.instructor)]
    expect(seen.body.responses[0]).toMatchObject({
      is_correct: true,
      score: 1,
      feedback: expect.stringContaining('Correct!'),
    })
    expect(mine.body.responses[0]).toMatchObject(
      mode === 'never' ? { is_correct: null, score: null, feedback: '' } : { is_correct: true, score: 1 },
    )
  })

  test('a copy that the network delivers after a newer answer replaces it only where the client does not count', async () => {
    const hall = await makeHall({ show_feedback: 'after_completion' })
    const attempt = await started(hall)
    const asked = question(hall)
    const send = (answer: object, sequence?: number) => submit(attempt, hall.learner, asked.id, answer, { sequence })
    for (const [answer, sequence] of [
      [wrongAnswer(asked), 1],
      [rightAnswer(asked), 2],
    ] as const) {
      expect((await send(answer, sequence)).status).toBe(200)
    }
    const late = await send(wrongAnswer(asked), 1)
    expect([late.status, late.body]).toEqual([
      400,
      { detail: 'The answer that is kept has a higher sequence than this one.', code: 'answer_outdated', sequence: 2 },
    ])
    expect((await send(rightAnswer(asked), 2)).status, 'the same one again').toBe(200)
    await evict(attempt)
    expect((await send(wrongAnswer(asked), 1)).status, 'also by a new life of the object').toBe(400)
    expect((await end(attempt, hall.learner)).body.score).toBe(100)
  })

  test('essays may always change and wait; word limits refuse none; a blank one is 0', async () => {
    const essays = [
      { ...QUESTIONS.essay, min_words: 100, max_words: 200 },
      { ...QUESTIONS.essay, text: 'And polymorphism?' },
    ]
    const hall = await makeHall({}, essays)
    const attempt = await started(hall)
    for (const essay_text of ['Half', 'Half written']) {
      const kept = await submit(attempt, hall.learner, question(hall).id, { essay_text })
      expect(kept.body).toMatchObject({ response_data: { essay_text }, is_correct: null, score: null })
    }
    await submit(attempt, hall.learner, question(hall, 1).id, { essay_text: ' \n' })
    const done = await end(attempt, hall.learner)
    expect(done.body).toMatchObject({ score: 0, passed: false, pending_grading: 1 })
    expect((await resultOf(attempt, hall.learner)).body.responses).toMatchObject([
      { is_correct: null, score: null, response_data: { essay_text: 'Half written' } },
      { is_correct: false, score: 0 },
    ])
  })

  test('a survey has no scores, and is passed once completed', async () => {
    const hall = await makeHall({ is_survey: 1 }, [QUESTIONS.multiple_choice, QUESTIONS.essay])
    const attempt = await started(hall)
    for (const answer of [wrongAnswer(question(hall)), rightAnswer(question(hall))]) {
      expect((await submit(attempt, hall.learner, question(hall).id, answer)).body).toMatchObject({
        is_correct: null,
        score: null,
      })
    }
    await submit(attempt, hall.learner, question(hall, 1).id, { essay_text: 'Nice course' })
    const done = await end(attempt, hall.learner)
    expect(done.body).toMatchObject({ score: null, passed: true, status: 'completed' })
    expect(done.body).not.toHaveProperty('pending_grading')
    const { body } = await resultOf(attempt, hall.learner)
    for (const entry of body.responses) expect(entry).toMatchObject({ is_correct: null, score: null })
  })

  test('what is refused: wrong form, a question of another quiz, too much, after the end', async () => {
    const hall = await makeHall({ show_feedback: 'never' }, [
      QUESTIONS.multiple_choice,
      ...Array(25).fill(QUESTIONS.essay),
    ])
    const other = await insertQuizWithQuestions(hall.module.id)
    const attempt = await started(hall)
    const asked = question(hall)
    const refusals: [object, number, object][] = [
      [{}, 400, { response_data: ['selected_choice: This field is required.'] }],
      [{ selected_choice: 'x' }, 400, { response_data: ['selected_choice: A valid number is required.'] }],
      [{ selected_choice: 7 }, 400, { response_data: ['selected_choice: No such choice.'] }],
      [{ text: 'def' }, 400, { response_data: ['selected_choice: This field is required.'] }],
    ]
    for (const [data, status, body] of refusals) {
      const answer = await submit(attempt, hall.learner, asked.id, data)
      expect([answer.status, answer.body]).toEqual([status, body])
    }
    expect((await submit(attempt, hall.learner, other.questions[0]?.id ?? 0, rightAnswer(asked))).status).toBe(404)
    const long = 'ä'.repeat(24_000)
    const sizes: number[] = []
    for (let place = 1; place <= 25; place += 1) {
      sizes.push((await submit(attempt, hall.learner, question(hall, place).id, { essay_text: long })).status)
      // Ten calls a second are what an attempt takes.
      await scheduler.wait(110)
    }
    expect(sizes.filter(status => status === 200)).toHaveLength(20)
    expect(sizes.at(-1)).toBe(400)
    expect((await submit(attempt, hall.learner, question(hall, 1).id, { essay_text: 'short again' })).status).toBe(200)
    await end(attempt, hall.learner)
    await scheduler.wait(1_000)
    const late = await submit(attempt, hall.learner, asked.id, rightAnswer(asked))
    expect([late.status, late.body]).toEqual([400, { detail: 'This attempt has ended.', code: 'attempt_over' }])
  })

  test('more than ten calls a second are 429 and change nothing', async () => {
    const hall = await makeHall({ show_feedback: 'never' })
    const attempt = await started(hall)
    const asked = question(hall)
    // One second, however long it takes.
    vi.useFakeTimers({ toFake: ['Date'] })
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => submit(attempt, hall.learner, asked.id, rightAnswer(asked))),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter(status => status === 200)).toHaveLength(10)
    const refused = answers.find(({ status }) => status === 429)
    expect([refused?.body, refused?.headers.get('Retry-After')]).toEqual([
      { detail: 'Request was throttled. Expected available in 1 seconds.', code: 'throttled' },
      '1',
    ])
  })
})

describe('ending', () => {
  test('complete and timeout on an ended attempt answer its end; abandon only after abandon', async () => {
    const hall = await makeHall({ max_attempts: 0 })
    for (const first of ['complete', 'timeout', 'abandon'] as const) {
      const attempt = await started(hall)
      const done = await end(attempt, hall.learner, first)
      expect(done.body.status).toBe({ complete: 'completed', timeout: 'timed_out', abandon: 'abandoned' }[first])
      for (const next of ['complete', 'timeout'] as const) {
        const again = await end(attempt, hall.learner, next)
        expect([again.status, again.body]).toEqual([200, done.body])
      }
      expect((await end(attempt, hall.learner, 'abandon')).status).toBe(first === 'abandon' ? 200 : 400)
    }
  })

  test('an abandoned attempt has no score and is not passed', async () => {
    const hall = await makeHall({ passing_score: 0 })
    const attempt = await started(hall)
    await submit(attempt, hall.learner, question(hall).id, rightAnswer(question(hall)))
    expect((await end(attempt, hall.learner, 'abandon')).body).toMatchObject({
      score: null,
      passed: false,
      status: 'abandoned',
    })
    expect((await resultOf(attempt, hall.learner)).body).toMatchObject({ score: null, passed: false })
  })

  test('passing completes the module and with it the course; a failure does not', async () => {
    const hall = await makeHall({ max_attempts: 0 })
    const progress = async () => (await call('GET', '/api/progress/', { as: hall.learner })).body.results[0]
    const failed = await started(hall)
    expect((await call('GET', '/api/module-progress/', { as: hall.learner })).body.results[0].status).toBe(
      'in_progress',
    )
    await submit(failed, hall.learner, question(hall).id, wrongAnswer(question(hall)))
    await end(failed, hall.learner)
    expect(await progress()).toMatchObject({
      percentage_complete: 0,
      quizzes_completed: 0,
      total_quizzes: 1,
      completion_date: null,
    })
    const passed = await started(hall)
    await submit(passed, hall.learner, question(hall).id, rightAnswer(question(hall)))
    await end(passed, hall.learner)
    expect(await progress()).toMatchObject({
      percentage_complete: 100,
      quizzes_completed: 1,
      completion_date: expect.any(String),
    })
    const { results } = await env.DB.prepare('SELECT type FROM activities WHERE user_id = ? ORDER BY id')
      .bind(hall.learner.id)
      .all()
    expect(results.map(({ type }) => type)).toEqual([
      'course_enroll',
      'quiz_start',
      'quiz_complete',
      'quiz_start',
      'quiz_complete',
      'module_complete',
    ])
  })

  test('no points at all are all of them', async () => {
    const hall = await makeHall({}, [{ ...QUESTIONS.true_false, points: 0 }])
    expect((await end(await started(hall), hall.learner)).body).toMatchObject({ score: 100, passed: true })
  })

  test('a result before the end is refused', async () => {
    const hall = await makeHall()
    const { status, body } = await resultOf(await started(hall), hall.learner)
    expect([status, body]).toEqual([400, { detail: 'This attempt has not ended yet.', code: 'attempt_running' }])
  })
})

describe('whose attempt', () => {
  test('others know nothing of it; its instructor and staff see it and do not take it', async () => {
    const hall = await makeHall({ time_limit_minutes: 10 })
    const [stranger, otherInstructor, staff] = [await makeUser(), await makeInstructor(), await makeStaff()]
    const attempt = await started(hall)
    const asked = question(hall)
    const takes = (as: typeof stranger) => [
      submit(attempt, as, asked.id, rightAnswer(asked)),
      end(attempt, as),
      end(attempt, as, 'timeout'),
      end(attempt, as, 'abandon'),
    ]
    const statuses = async (calls: Promise<{ status: number }>[]) =>
      (await Promise.all(calls)).map(({ status }) => status)
    for (const nobody of [stranger, otherInstructor]) {
      expect(
        await statuses([...takes(nobody), detail(attempt, nobody), resultOf(attempt, nobody), extend(attempt, nobody)]),
      ).toEqual(Array(7).fill(404))
    }
    for (const teacher of [hall.instructor, staff]) {
      expect(await statuses(takes(teacher))).toEqual([403, 403, 403, 403])
      const seen = await detail(attempt, teacher)
      expect([seen.status, seen.body.user]).toEqual([200, hall.learner.id])
    }
    expect((await extend(attempt, hall.learner)).status).toBe(403)
    await end(attempt, hall.learner)
    expect((await detail(attempt, hall.learner)).body).toMatchObject({ status: 'completed', score: 0 })
    expect(await statuses(takes(stranger))).toEqual([404, 404, 404, 404])
    expect(await statuses(takes(hall.instructor))).toEqual([403, 403, 403, 403])
    expect(
      await statuses([resultOf(attempt, hall.instructor), resultOf(attempt, staff), resultOf(attempt, stranger)]),
    ).toEqual([200, 200, 404])
  })

  test('the learner’s calls are free of the daily quota, anybody else’s are not', async () => {
    const hall = await makeHall()
    const attempt = await started(hall)
    const stranger = await makeUser()
    const poor = { RATE_LIMIT_USER_PER_DAY: '3' as never }
    const statuses = async (as: { token: string }, action: string) => {
      const path = `/api/courses/quiz-attempts/${attempt.id}/${action}`
      const answers = []
      for (let turn = 0; turn < 5; turn += 1) answers.push(await call('GET', path, { as, env: poor }))
      return answers.map(({ status }) => status)
    }
    expect(await statuses(hall.learner, '')).toEqual([200, 200, 200, 200, 200])
    expect(await statuses(stranger, '')).toEqual([404, 404, 404, 429, 429])
    expect(await statuses(stranger, 'result/')).toEqual([429, 429, 429, 429, 429])
    expect(await statuses(await makeStaff(), 'result/')).toEqual([400, 400, 400, 429, 429])
  })

  test('an id that was never an attempt is 404 and stores nothing', async () => {
    const learner = await makeUser()
    for (const id of ['424242', '0', '1e3', '-1', '9007199254740993', 'x']) {
      for (const [method, action] of [
        ['GET', ''],
        ['GET', 'result/'],
        ['POST', 'complete/'],
        ['POST', 'abandon/'],
      ]) {
        expect(
          (await call(method ?? '', `/api/courses/quiz-attempts/${id}/${action}`, { as: learner })).status,
          `${id} ${action}`,
        ).toBe(404)
      }
      expect((await submit({ id: id as never }, learner, 1, {})).status).toBe(404)
    }
  })

  test('lists: own for a learner, own courses for an instructor, all for staff, with every filter', async () => {
    const hall = await makeHall({ max_attempts: 0 })
    const staff = await makeStaff()
    const other = await makeUser()
    await call('POST', `/api/courses/${hall.course.slug}/enroll/`, { as: other })
    const attempts = [await started(hall), await started({ quiz: hall.quiz, learner: other })]
    await end(attempts[0], hall.learner)
    await end(attempts[1], other, 'abandon')
    const third = await started(hall)
    const list = async (as: typeof other, filter = '') => {
      const { status, body } = await call('GET', `/api/courses/quiz-attempts/?quiz=${hall.quiz.id}${filter}`, { as })
      expect(status).toBe(200)
      expect(body.results).toHaveLength(body.count)
      return body.results.map(({ id }: { id: number }) => id)
    }
    const [one, two] = attempts.map(({ id }) => id)
    expect(await list(hall.learner)).toEqual([third.id, one])
    expect(await list(other)).toEqual([two])
    for (const teacher of [hall.instructor, staff]) {
      expect(await list(teacher)).toEqual([third.id, two, one])
      expect(await list(teacher, '&status=completed')).toEqual([one])
      expect(await list(teacher, '&status=in_progress')).toEqual([third.id])
      expect(await list(teacher, `&user=${other.id}`)).toEqual([two])
      expect(await list(teacher, `&user=${other.id}&status=completed`)).toEqual([])
    }
    expect(await list(await makeInstructor())).toEqual([])
    expect(await list(hall.learner, `&user=${other.id}`)).toEqual([])
    const all = await call('GET', '/api/courses/quiz-attempts/', { as: staff })
    expect(all.body.count).toBe(
      await env.DB.prepare(
        `SELECT count(*) AS n FROM attempts a JOIN quizzes q ON q.id = a.quiz_id JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id
       WHERE a.is_preview = 0 AND q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL`,
      ).first('n'),
    )
    expect(
      (await call('GET', '/api/courses/quiz-attempts/', { as: hall.instructor })).body.results.map(
        ({ id }: { id: number }) => id,
      ),
    ).toEqual([third.id, two, one])
    expect((await call('GET', '/api/courses/quiz-attempts/?status=foo', { as: staff })).body).toHaveProperty('status')
  })
})

describe('extensions', () => {
  test('reach past limit and window, add up, and are seen at once', async () => {
    const until = now() + 600
    const hall = await makeHall({ time_limit_minutes: 30, available_until: until, allow_time_extension: 1 })
    const attempt = await started(hall)
    expect(attempt.time_remaining_seconds).toBeLessThanOrEqual(600)
    const first = await extend(attempt, hall.instructor)
    expect(first.status).toBe(200)
    expect(first.body).toMatchObject({
      id: attempt.id,
      status: 'in_progress',
      extended_minutes: 15,
      completed_at: null,
      score: null,
    })
    expect(first.body.time_remaining_seconds).toBeGreaterThan(1490)
    expect((await extend(attempt, hall.instructor, 5)).body.extended_minutes).toBe(20)
    expect((await startAttempt(hall.quiz, hall.learner)).body.time_remaining_seconds).toBeGreaterThan(1790)
  })

  test('are refused where the quiz allows none now, without a deadline, after the end, out of bounds', async () => {
    const hall = await makeHall({ max_attempts: 0 })
    const untimed = await started(hall)
    expect((await extend(untimed, hall.instructor)).body).toEqual({
      detail: 'This quiz does not allow time extensions.',
      code: 'extension_not_allowed',
    })
    await change('quizzes', hall.quiz.id, 'allow_time_extension = 1')
    expect((await extend(untimed, hall.instructor)).body).toEqual({
      detail: 'This attempt has no deadline.',
      code: 'attempt_untimed',
    })
    for (const minutes of [0, -5, 1441, 1.5])
      expect((await extend(untimed, hall.instructor, minutes)).body).toHaveProperty('additional_minutes')
    await end(untimed, hall.learner)
    expect((await extend(untimed, hall.instructor)).body).toEqual({
      detail: 'This attempt has ended.',
      code: 'attempt_over',
    })
  })

  test('for everybody at once', async () => {
    const hall = await makeHall({ time_limit_minutes: 10, allow_time_extension: 1, max_attempts: 0 })
    const other = await makeUser()
    await call('POST', `/api/courses/${hall.course.slug}/enroll/`, { as: other })
    await end(await started(hall), hall.learner)
    const running = [await started(hall), await started({ quiz: hall.quiz, learner: other })]
    const path = `/api/courses/quizzes/${hall.quiz.id}/grant-extension/`
    const body = { additional_minutes: 20 }
    expect((await call('POST', path, { as: other, body })).status).toBe(403)
    expect((await call('POST', path, { as: await makeUser(), body })).status).toBe(403)
    const answer = await call('POST', path, { as: hall.instructor, body })
    expect(answer.body.results).toEqual(
      running.map(attempt => ({
        id: attempt.id,
        user: attempt.user,
        status: 'extended',
        time_remaining_seconds: expect.any(Number),
        extended_minutes: 20,
      })),
    )
    expect((await detail(running[1], other)).body.time_remaining_seconds).toBeGreaterThan(1790)
  })
})

test('attempts of a deleted course are gone from everywhere', async () => {
  const hall = await makeHall()
  const attempt = await started(hall)
  await end(attempt, hall.learner)
  const course = await makeCourse(hall.instructor)
  await call('DELETE', `/api/courses/${hall.course.id}/`, { as: hall.instructor })
  expect((await resultOf(attempt, hall.learner)).status).toBe(404)
  expect((await call('GET', '/api/courses/quiz-attempts/', { as: hall.learner })).body.count).toBe(0)
  expect((await call('GET', '/api/courses/quiz-attempts/', { as: hall.instructor })).body.count).toBe(0)
  await call('DELETE', `/api/courses/${course.id}/`, { as: hall.instructor })
})
