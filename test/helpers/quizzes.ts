import { expect } from 'vitest'
import { call, makeInstructor, makeStaff, makeUser, type TestUser, unique } from './client.ts'
import { enrolled, makeCourse, makeModule } from './courses.ts'

// biome-ignore lint/suspicious/noExplicitAny: the body of a quiz or question as answered
type Body = any

/** A published quiz through the API, unless said otherwise. */
export async function makeQuiz(owner: TestUser, module: number, fields: Record<string, unknown> = {}): Promise<Body> {
  const body = { module, title: unique('Quiz '), is_published: true, ...fields }
  const answer = await call('POST', '/api/quizzes/', { as: owner, body })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

export async function makeQuestion(owner: TestUser, quiz: number, body: Record<string, unknown>): Promise<Body> {
  const answer = await call('POST', `/api/quizzes/${quiz}/questions/`, { as: owner, body })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

/** A published course of one published module, and everybody who may or may not look at it. */
export async function classroom() {
  const [owner, rival, staff, learner, stranger] = [
    await makeInstructor(),
    await makeInstructor(),
    await makeStaff(),
    await makeUser(),
    await makeUser(),
  ]
  const course = await makeCourse(owner)
  const module = await makeModule(owner, course.id)
  const enrollment = await enrolled(learner, course)
  return { owner, rival, staff, learner, stranger, course, module, enrollment }
}

export const statusFor = (path: string, users: TestUser[], method = 'GET', body?: unknown) =>
  Promise.all(users.map(async as => (await call(method, path, { as, body })).status))

/** One question of every type. @param marker stands in every part that only authors may read */
export const oneOfEach = (marker = 'secret') => {
  const told = {
    explanation: `${marker} explained`,
    correct_feedback: `${marker} right`,
    incorrect_feedback: `${marker} wrong`,
  }
  const choices = [
    { text: 'yes', is_correct: true, feedback: `${marker} chosen` },
    { text: 'no', is_correct: false, feedback: `${marker} not chosen` },
  ]
  return [
    { type: 'multiple_choice', text: 'One?', points: 2, ...told, choices },
    { type: 'multiple_select', text: 'Some?', partial_credit: true, ...told, choices },
    { type: 'true_false', text: 'True?', correct_answer: true, ...told },
    { type: 'short_answer', text: 'What?', accepted_answers: [marker], case_sensitive: true, ...told },
    {
      type: 'numeric',
      text: 'How much?',
      correct_value: 4242.4242,
      tolerance: 0.0625,
      tolerance_type: 'percent',
      ...told,
    },
    {
      type: 'matching',
      text: 'Which?',
      pairs: ['1', '2', '3', '4', '5'].map(n => ({ left: `left ${n}`, right: `right ${n}` })),
      ...told,
    },
    { type: 'ordering', text: 'When?', items: ['a', 'b', 'c', 'd', 'e', 'f', 'g'], partial_credit: true, ...told },
    { type: 'fill_in_blank', text: 'A {{1}} and a {{2}}', blanks: { 1: [marker], 2: [marker, `${marker}2`] }, ...told },
    {
      type: 'essay',
      text: 'Why?',
      points: 10,
      min_words: 5,
      max_words: 500,
      rubric: [
        { criterion: 'content', max_points: 6 },
        { criterion: 'grammar', max_points: 4 },
      ],
      ...told,
    },
  ]
}
