import { expect, test } from 'vitest'
import { makeInstructor } from '../../factories/users.ts'
import { call } from '../../helpers/client.ts'

const entries = (count: number) => Array.from({ length: count }, () => '')
const atMost = (max: number) => [`Ensure this list has no more than ${max} entries.`]
test.each([
  ['quizzes', { module: 1, title: 'Q', questions: entries(130_000) }, { questions: atMost(1_000) }],
  ['qr-codes/batches', { name: 'B', type: 'access', target_ids: entries(130_000) }, { target_ids: atMost(500) }],
  ['quizzes/1/questions/reorder', { order: entries(130_000) }, { order: atMost(1_000) }],
  ['courses/1/enrollments', { users: entries(130_000) }, { users: atMost(500) }],
  [
    'quizzes/1/questions',
    { type: 'multiple_select', text: 'x', choices: entries(130_000), pairs: entries(51), items: entries(51) },
    { choices: atMost(50), pairs: atMost(50), items: atMost(50) },
  ],
  [
    'quizzes/1/questions',
    { type: 'essay', text: 'x', rubric: entries(51), accepted_answers: entries(51) },
    { rubric: atMost(50), accepted_answers: atMost(50) },
  ],
])('a body to %s with lists beyond all bounds names the lists alone', async (path, body, refused) => {
  const answer = await call('POST', `/api/${path}/`, { as: await makeInstructor(), body })
  expect([answer.status, answer.body]).toEqual([400, refused])
})
