/** What learners do to an attempt that nobody meant them to. Each test replays the act. */
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { type Hall, makeHall } from '../factories/classrooms.ts'
import { type MadeQuestion, oneOfEach, QUESTIONS, rightAnswer, wrongAnswer } from '../factories/questions.ts'
import { end, resultOf, startAttempt, started, submit } from '../helpers/attempts.ts'
import { call } from '../helpers/client.ts'

const first = ({ quiz }: Hall): MadeQuestion => {
  const [found] = quiz.questions
  if (!found) throw new Error('a question was made')
  return found
}
const DAY_SECONDS = 86_400
const day = (fromToday: number) => new Date(Date.now() + fromToday * DAY_SECONDS * 1000).toISOString().slice(0, 10)

describe('start, abandon, read the result, start again', () => {
  const told = (entry: { is_correct: unknown; score: unknown; feedback: unknown }) => [
    entry.is_correct,
    entry.score,
    entry.feedback,
  ]

  test.each(['immediate', 'after_completion', 'never'])('nothing answered, nothing told: %s', async show_feedback => {
    const hall = await makeHall({ show_feedback }, oneOfEach('§key§'))
    const attempt = await started(hall)
    await end(attempt, hall.learner, 'abandon')
    const { status, body, text } = await resultOf(attempt, hall.learner)
    expect([status, body.status, body.score, body.passed]).toEqual([200, 'abandoned', null, false])
    expect(body.responses).toHaveLength(9)
    expect(body.responses.map(told)).toEqual(Array(9).fill([null, null, '']))
    expect(text).not.toContain('§key§')
  })

  test('what was answered is told, the rest is not, by the database and by the object', async () => {
    const hall = await makeHall({}, [QUESTIONS.multiple_choice, { ...QUESTIONS.true_false, explanation: 'Since 3.5.' }])
    const attempt = await started(hall)
    await submit(attempt, hall.learner, first(hall).id, wrongAnswer(first(hall)))
    await end(attempt, hall.learner, 'abandon')
    const expected = [
      [false, 0, 'That is JavaScript.\n\nNo.\n\nFunctions are defined by def.'],
      [null, null, ''],
    ]
    expect((await resultOf(attempt, hall.learner)).body.responses.map(told)).toEqual(expected)
    // D1 waits for the end still, so the object answers.
    await env.DB.prepare('UPDATE attempts SET check_at = 0 WHERE id = ?').bind(attempt.id).run()
    expect((await resultOf(attempt, hall.learner)).body.responses.map(told)).toEqual(expected)
  })

  test('nor is it enough to send empty answers', async () => {
    const hall = await makeHall({ show_feedback: 'after_completion' }, oneOfEach('§key§'))
    const attempt = await started(hall)
    const EMPTY: Record<string, object> = {
      multiple_select: { selected_choices: [] },
      short_answer: { text: ' ' },
      matching: { matches: {} },
      fill_in_blank: { blanks: { 1: '' } },
      essay: { essay_text: '' },
    }
    for (const { id, question } of hall.quiz.questions) {
      const empty = EMPTY[question.type]
      if (empty) expect((await submit(attempt, hall.learner, id, empty)).status).toBe(200)
    }
    await end(attempt, hall.learner, 'abandon')
    const { body, text } = await resultOf(attempt, hall.learner)
    expect(body.responses.map(told)).toEqual(Array(9).fill([null, null, '']))
    expect(text).not.toContain('§key§')
  })

  test.each([
    ['highest', ['complete', 'abandon'], '100'],
    ['latest', ['complete', 'abandon'], '0'],
    ['average', ['complete', 'abandon'], '50'],
    ['latest', ['abandon', 'complete'], '100'],
    ['highest', ['abandon'], ''],
  ] as const)('%s of %j is %s in the grades', async (grading_policy, endings, grade) => {
    const hall = await makeHall({ grading_policy })
    for (const ending of endings) {
      const attempt = await started(hall)
      await submit(attempt, hall.learner, first(hall).id, rightAnswer(first(hall)))
      await end(attempt, hall.learner, ending)
    }
    const { text } = await call('GET', `/api/courses/${hall.course.id}/grades/export/`, { as: hall.instructor })
    expect(text.trimEnd().split('\r\n').at(-1)?.split(',').at(-1)).toBe(grade)
    const learners = await call('GET', `/api/analytics/learner-analytics/?course=${hall.course.id}`, {
      as: hall.instructor,
    })
    expect(learners.body.results[0].average_quiz_score).toBe(grade === '' ? null : Number(grade))
  })
})

describe('an answer', () => {
  const fields = [
    ['multiple_choice', 'selected_choice'],
    ['multiple_select', 'selected_choices'],
    ['true_false', 'selected_answer'],
    ['short_answer', 'text'],
    ['numeric', 'value'],
    ['matching', 'matches'],
    ['ordering', 'order'],
    ['fill_in_blank', 'blanks'],
    ['essay', 'essay_text'],
  ]

  test('is kept as understood: of what else was sent nothing is stored or shown', async () => {
    const hall = await makeHall({}, oneOfEach())
    const attempt = await started(hall)
    const smuggled = { note: 'x'.repeat(990_000 / 9), __proto__: null, nested: { deep: [1] } }
    for (const made of hall.quiz.questions) {
      const answer = await submit(attempt, hall.learner, made.id, { ...rightAnswer(made), ...smuggled })
      expect(answer.status, answer.text).toBe(200)
      expect(answer.body.response_data).toEqual(rightAnswer(made))
    }
    const resumed = await startAttempt(hall.quiz, hall.learner)
    await end(attempt, hall.learner)
    const result = await resultOf(attempt, hall.learner)
    for (const { body } of [resumed, result]) {
      expect(body.responses.map(({ response_data }: { response_data: object }) => Object.keys(response_data))).toEqual(
        fields.map(([, field]) => [field]),
      )
    }
    const pending = await call('GET', `/api/courses/question-responses/pending-grading/?quiz=${hall.quiz.id}`, {
      as: hall.instructor,
    })
    expect(pending.body.results[0].response_data).toEqual({ essay_text: 'Inheritance is a key concept.' })
    expect(pending.text.length).toBeLessThan(1_000)
  })

  const LIST = 'Ensure this list has no more than 50 entries.'
  const MAP = 'Ensure this has no more than 50 entries.'
  const keyed = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [n, 'x']))
  test.each<[string, object, string]>([
    ['multiple_select', { selected_choices: Array(130_000).fill('') }, `selected_choices: ${LIST}`],
    ['multiple_select', { selected_choices: Array(51).fill(1) }, `selected_choices: ${LIST}`],
    ['ordering', { order: Array(100_000).fill(null) }, `order: ${LIST}`],
    ['matching', { matches: keyed(50_000) }, `matches: ${MAP}`],
    ['fill_in_blank', { blanks: keyed(51) }, `blanks: ${MAP}`],
    ['short_answer', { text: 'x'.repeat(900_000) }, 'text: Ensure this field has no more than 1000 characters.'],
  ])('%s beyond all bounds is refused with a word', async (type, response_data, message) => {
    const hall = await makeHall({}, oneOfEach())
    const attempt = await started(hall)
    const asked = hall.quiz.questions.find(({ question }) => question.type === type)
    const answer = await submit(attempt, hall.learner, asked?.id ?? 0, response_data)
    expect([answer.status, answer.body]).toEqual([400, { response_data: [message] }])
  })
})

describe('a phone three minutes fast, then a laptop', () => {
  test('the refusal names the kept sequence, a resumed attempt carries it, and counting on from it is taken', async () => {
    const hall = await makeHall({ show_feedback: 'after_completion' })
    const attempt = await started(hall)
    const asked = first(hall)
    const fast = Date.now() + 180_000
    await submit(attempt, hall.learner, asked.id, wrongAnswer(asked), { sequence: fast })
    const byClock = await submit(attempt, hall.learner, asked.id, rightAnswer(asked), { sequence: Date.now() })
    expect([byClock.status, byClock.body.sequence]).toEqual([400, fast])
    const resumed = await startAttempt(hall.quiz, hall.learner)
    expect(resumed.body.responses.map(({ sequence }: { sequence: number }) => sequence)).toEqual([fast])
    const counted = await submit(attempt, hall.learner, asked.id, rightAnswer(asked), { sequence: fast + 1 })
    expect(counted.status).toBe(200)
    expect((await end(attempt, hall.learner)).body.score).toBe(100)
  })

  test('a final answer that is said again is the same answer, whatever the sequence; counting on never ends', async () => {
    const hall = await makeHall()
    const attempt = await started(hall)
    const asked = first(hall)
    const kept = await submit(attempt, hall.learner, asked.id, rightAnswer(asked), { sequence: 5 })
    const again = await submit(attempt, hall.learner, asked.id, rightAnswer(asked), { sequence: 3 })
    expect([again.status, again.body]).toEqual([200, kept.body])
    expect((await submit(attempt, hall.learner, asked.id, wrongAnswer(asked), { sequence: 3 })).body.sequence).toBe(5)
    const beyond = await submit(attempt, hall.learner, asked.id, rightAnswer(asked), { sequence: 2 ** 53 - 1 })
    expect(Object.keys(beyond.body)).toEqual(['sequence'])
  })

  test('a client that counts nothing opens no way for late copies of one that does', async () => {
    const hall = await makeHall({ show_feedback: 'after_completion' })
    const attempt = await started(hall)
    const asked = first(hall)
    await submit(attempt, hall.learner, asked.id, wrongAnswer(asked), { sequence: 5 })
    expect((await submit(attempt, hall.learner, asked.id, rightAnswer(asked))).status).toBe(200)
    const late = await submit(attempt, hall.learner, asked.id, wrongAnswer(asked), { sequence: 4 })
    expect([late.status, late.body.sequence]).toEqual([400, 5])
    expect((await end(attempt, hall.learner)).body.score).toBe(100)
  })
})

describe('an attempt outside the dates of its course', () => {
  const [ENDED, NOT_BEGUN] = [
    { detail: 'The course has ended.', code: 'course_ended' },
    { detail: 'The course has not begun.', code: 'course_not_begun' },
  ]
  const SECONDS = Math.floor(Date.now() / 1000)
  test.each<[string, [string | null, string | null], Record<string, number>, number, object | null]>([
    ['in 2020', ['2020-01-01', '2020-12-31'], {}, 400, ENDED],
    ['since yesterday', [null, day(-1)], {}, 400, ENDED],
    ['on its last day', [null, day(0)], {}, 201, null],
    ['on its first day', [day(0), null], {}, 201, null],
    ['before its first day', [day(1), null], {}, 400, NOT_BEGUN],
    ['ended, within the window of the quiz', [null, day(-1)], { available_from: SECONDS - 60 }, 201, null],
    ['to come, within the window of the quiz', [day(1), null], { available_until: SECONDS + 600 }, 201, null],
    [
      'running, after the window of the quiz',
      [day(-1), day(1)],
      { available_until: SECONDS - 60 },
      403,
      { detail: 'This quiz is closed.', code: 'quiz_closed' },
    ],
  ])('%s', async (_, [start, ended], window, status, refusal) => {
    const hall = await makeHall(window)
    await env.DB.prepare('UPDATE courses SET start_date = ?, end_date = ? WHERE id = ?')
      .bind(start, ended, hall.course.id)
      .run()
    const answer = await startAttempt(hall.quiz, hall.learner)
    expect(answer.status, answer.text).toBe(status)
    if (refusal) expect(answer.body).toEqual(refusal)
    // Its instructor tries it out whenever they like.
    expect((await startAttempt(hall.quiz, hall.instructor)).body.is_preview).toBe(true)
  })
})
