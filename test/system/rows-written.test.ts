import { expect, test } from 'vitest'
import { makeHall } from '../factories/classrooms.ts'
import { makeModule } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { QUESTIONS, rightAnswer } from '../factories/questions.ts'
import { makeUser } from '../factories/users.ts'
import { type CallOptions, call } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'
import { withDatabase } from '../helpers/objects.ts'

// Rows written are most of what a term costs: D1 charges one for each row, and one for each index that the row is in. So the
// writes that learners make most are stated to the row; one more is to be seen here, and has a reason.

const QUESTIONS_ASKED = 10

/** Rows written by a call, in the Worker and in the attempt's object together. */
async function written(method: string, path: string, options: CallOptions, attempt?: { id: number }) {
  const { env, counts } = counting()
  if (attempt && env.DB) await withDatabase(attempt, env.DB)
  const { status, text, body } = await call(method, path, { ...options, env })
  expect(status, `${method} ${path}: ${text}`).toBeLessThan(300)
  return { rows: counts.rowsWritten, body }
}

test('the rows that a learner’s writes write', async () => {
  const hall = await makeHall(
    {},
    Array.from({ length: QUESTIONS_ASKED }, () => QUESTIONS.multiple_choice),
  )
  // Left to do, so that no attempt completes the course.
  await makeModule(hall.instructor, hall.course.id)
  const code = await makeCode(hall.instructor, { type: 'attendance', target_id: hall.module.id })
  const learn = async () => {
    const learner = await makeUser()
    const as = { as: learner }
    const enroll = await written('POST', `/api/courses/${hall.course.slug}/enroll/`, as)
    const view = await written('GET', `/api/modules/${hall.module.id}/`, as)
    const viewAgain = await written('GET', `/api/modules/${hall.module.id}/`, as)
    const start = await written('POST', `/api/courses/quizzes/${hall.quiz.id}/start-attempt/`, { ...as, body: {} })
    const attempt = `/api/courses/quiz-attempts/${start.body.id}`
    const [first] = hall.quiz.questions
    if (!first) throw new Error('there are questions')
    const answer = { question: first.id, response_data: rightAnswer(first) }
    await call('POST', `${attempt}/submit-response/`, { ...as, body: answer })
    const complete = await written('POST', `${attempt}/complete/`, as, start.body)
    const scan = await written('POST', '/api/qr-codes/scans/', { ...as, body: { qr_code_uuid: code.uuid } })
    const calls = { enroll, view, viewAgain, start, complete, scan }
    return Object.fromEntries(Object.entries(calls).map(([name, { rows }]) => [name, rows]))
  }
  // The first finds questions that nobody has drawn, and sums that have no row yet.
  await learn()
  expect(await learn()).toEqual({ enroll: 14, view: 6, viewAgain: 5, start: 15, complete: 46, scan: 12 })
})
