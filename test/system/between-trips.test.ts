/** Every write reads first and then writes; here something is taken away between the two. */
import { expect, test } from 'vitest'
import { makeClassroom } from '../factories/classrooms.ts'
import { enrolled, makeModule } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { QUESTIONS } from '../factories/questions.ts'
import { makeQuestion, makeQuiz } from '../factories/quizzes.ts'
import { unique } from '../factories/rows.ts'
import { makeUser, type TestUser } from '../factories/users.ts'
import { call } from '../helpers/client.ts'
import { qrTallies, wrongCounters } from '../helpers/counters.ts'
import { betweenTrips, faultyDatabase } from '../helpers/faults.ts'
import { keptStatistics, recountedStatistics } from '../helpers/statistics.ts'

/** A course in which there is one of everything: a quiz taken once, whose essay waits, and an attempt that runs. */
async function world() {
  const { owner, learner, stranger, course, module, enrollment } = await makeClassroom()
  const quiz = await makeQuiz(owner, module.id, {
    max_attempts: 3,
    show_feedback: 'after_completion',
    time_limit_minutes: 60,
    allow_time_extension: true,
  })
  const question = await makeQuestion(owner, quiz.id, QUESTIONS.true_false)
  const essay = await makeQuestion(owner, quiz.id, QUESTIONS.essay)
  const start = async (as: TestUser) =>
    (await call('POST', `/api/courses/quizzes/${quiz.id}/start-attempt/`, { as })).body
  const taken = `/api/courses/quiz-attempts/${(await start(learner)).id}`
  const answer = { question: essay.id, response_data: { essay_text: 'Because.' } }
  await call('POST', `${taken}/submit-response/`, { as: learner, body: answer })
  await call('POST', `${taken}/complete/`, { as: learner })
  const waiting = (await call('GET', '/api/courses/question-responses/pending-grading/', { as: owner })).body
  const classmate = await makeUser()
  await enrolled(classmate, course)
  return {
    ...{ owner, learner, stranger, classmate, course, module, enrollment, quiz, question, essay },
    other: await makeModule(owner, course.id),
    running: await start(learner),
    response: waiting.results[0],
    code: await makeCode(owner, { type: 'module', target_id: module.id }),
    access: await makeCode(owner, { type: 'access', target_id: course.id }),
  }
}
type World = Awaited<ReturnType<typeof world>>
type Request = [method: string, path: string, as: TestUser, body?: unknown]

const progressOf = ({ enrollment, module }: World) => `/api/module-progress/${enrollment.id * 10_000_000 + module.id}`
const WRITES: Record<string, (w: World) => Request> = {
  'enroll in a course': w => ['POST', `/api/courses/${w.course.slug}/enroll/`, w.stranger],
  'unenroll from it': w => ['POST', `/api/courses/${w.course.slug}/unenroll/`, w.classmate],
  'enroll learners': w => [
    'POST',
    `/api/courses/${w.course.id}/enrollments/`,
    w.owner,
    { users: [w.stranger.username] },
  ],
  'remove a learner': w => ['DELETE', `/api/courses/${w.course.id}/enrollments/${w.enrollment.id}/`, w.owner],
  'update a course': w => ['PATCH', `/api/courses/${w.course.id}/`, w.owner, { title: unique('New ') }],
  'create a module': w => ['POST', '/api/modules/', w.owner, { course: w.course.id, title: 'New', is_published: true }],
  'update a module': w => ['PATCH', `/api/modules/${w.module.id}/`, w.owner, { title: 'New', order: 2 }],
  'delete a module': w => ['DELETE', `/api/modules/${w.module.id}/`, w.owner],
  'create a quiz': w => ['POST', '/api/quizzes/', w.owner, { module: w.module.id, title: 'New' }],
  'update a quiz': w => ['PATCH', `/api/quizzes/${w.quiz.id}/`, w.owner, { title: 'New' }],
  'add a question': w => ['POST', `/api/quizzes/${w.quiz.id}/questions/`, w.owner, QUESTIONS.numeric],
  'reorder questions': w => [
    'POST',
    `/api/quizzes/${w.quiz.id}/questions/reorder/`,
    w.owner,
    { order: [w.essay.id, w.question.id] },
  ],
  'update a question': w => ['PATCH', `/api/questions/${w.question.id}/`, w.owner, { text: 'New?' }],
  'delete a question': w => ['DELETE', `/api/questions/${w.question.id}/`, w.owner],
  'complete a module': w => ['POST', `${progressOf(w)}/complete/`, w.learner],
  'reset it': w => ['POST', `${progressOf(w)}/reset/`, w.learner],
  'add time to it': w => ['POST', `${progressOf(w)}/add-time/`, w.learner, { seconds: 5 }],
  'start an attempt': w => ['POST', `/api/courses/quizzes/${w.quiz.id}/start-attempt/`, w.classmate],
  'grade an essay': w => [
    'POST',
    `/api/courses/question-responses/${w.response.id}/grade-essay/`,
    w.owner,
    { score: 5 },
  ],
  'regrade a question': w => ['POST', `/api/questions/${w.question.id}/regrade/`, w.owner],
  'create a code': w => ['POST', '/api/qr-codes/codes/', w.owner, { type: 'attendance', target_id: w.module.id }],
  'update a code': w => ['PATCH', `/api/qr-codes/codes/${w.code.id}/`, w.owner, { max_scans: 4 }],
  'create codes': w => [
    'POST',
    '/api/qr-codes/batches/',
    w.owner,
    { name: 'New', type: 'module', target_ids: [w.module.id, w.other.id] },
  ],
  'scan a code': w => ['POST', '/api/qr-codes/scans/', w.learner, { qr_code_uuid: w.code.uuid }],
  'scan an access code': w => ['POST', '/api/qr-codes/scans/', w.stranger, { qr_code_uuid: w.access.uuid }],
}
const TAKEN_AWAY: Record<string, (w: World) => Request[]> = {
  nothing: () => [],
  'the course': w => [['DELETE', `/api/courses/${w.course.id}/`, w.owner]],
  'the module': w => [['DELETE', `/api/modules/${w.module.id}/`, w.owner]],
  'the quiz': w => [['DELETE', `/api/quizzes/${w.quiz.id}/`, w.owner]],
  'the question and the code': w => [
    ['DELETE', `/api/questions/${w.question.id}/`, w.owner],
    ['DELETE', `/api/qr-codes/codes/${w.code.id}/`, w.owner],
  ],
  'the learners': w => [
    ['DELETE', `/api/courses/${w.course.id}/enrollments/${w.enrollment.id}/`, w.owner],
    ['POST', `/api/courses/${w.course.slug}/unenroll/`, w.classmate],
  ],
}
const send = ([method, path, as, body]: Request, env: Partial<Env> = {}) => call(method, path, { as, body, env })

test('what is taken away in between: the answer of before, or a refusal; and every count is right', {
  timeout: 120_000,
}, async () => {
  for (const [what, write] of Object.entries(WRITES)) {
    let untouched = 0
    for (const [taken, away] of Object.entries(TAKEN_AWAY)) {
      const w = await world()
      let hasHappened = false
      const takeAway = async () => {
        for (const request of away(w)) expect((await send(request)).status, `${what}, ${taken}`).toBeLessThan(300)
        hasHappened = true
      }
      const { status, text } = await send(write(w), { DB: faultyDatabase(betweenTrips(takeAway)) })
      expect(hasHappened, what).toBe(true)
      if (taken === 'nothing') untouched = status
      expect(
        taken === 'nothing' ? [200, 201, 202, 204] : [untouched, 400, 403, 404],
        `${what}, ${taken}: ${text}`,
      ).toContain(status)
    }
  }
  expect(await wrongCounters()).toEqual([])
  expect(await keptStatistics()).toEqual(await recountedStatistics())
  const { kept, counted } = await qrTallies()
  expect(kept).toEqual(counted)
})
