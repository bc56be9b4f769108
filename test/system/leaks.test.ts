import { beforeAll, describe, expect, test } from 'vitest'
import { api } from '../../src/app.ts'
import { makeClassroom } from '../factories/classrooms.ts'
import { enrolled } from '../factories/courses.ts'
import { oneOfEach } from '../factories/questions.ts'
import { makeQuiz } from '../factories/quizzes.ts'
import { makeUser, type TestUser } from '../factories/users.ts'
import { type Answer, call } from '../helpers/client.ts'

// Nothing of a key, and nothing that is told only after an answer, reaches a learner by any route there is, whatever
// routes there will be: the walk goes by the contracts.

const MARKER = 'mark3r'
/** More than chance could put in this order. */
const ITEMS = Array.from({ length: 15 }, (_, place) => `item-${(place * 7) % 15}`)

let owner: TestUser
let learner: TestUser
let slug: string
let ids: number[]
let itemIds: number[]
/** What the learner was answered on the way: the starts of attempts. */
let starts: Answer[]
/** An attempt at the quiz that never tells, ended. */
let ended: Answer

beforeAll(async () => {
  const room = await makeClassroom()
  ;({ owner, learner } = room)
  slug = room.course.slug
  const questions = oneOfEach(MARKER).map(question =>
    question.type === 'ordering' ? { ...question, items: ITEMS } : question,
  )
  const quizzes = await Promise.all(
    ['immediate', 'after_completion', 'never'].map(show_feedback =>
      makeQuiz(owner, room.module.id, { questions, show_feedback, access_code: `${MARKER} code` }),
    ),
  )
  const hidden = await makeQuiz(owner, room.module.id, { questions, is_published: false })
  const detailed = await Promise.all(
    [...quizzes, hidden].map(async ({ id }) => (await call('GET', `/api/quizzes/${id}/`, { as: owner })).body),
  )
  const questionIds = detailed.flatMap(quiz => quiz.questions.map(({ id }: { id: number }) => id))
  itemIds = detailed[0].questions
    .find(({ type }: { type: string }) => type === 'ordering')
    .items.map(({ id }: { id: number }) => id)
  starts = []
  for (const { id } of quizzes) {
    const body = { access_code: `${MARKER} code` }
    starts.push(await call('POST', `/api/courses/quizzes/${id}/start-attempt/`, { as: learner, body }))
  }
  const attempts = starts.map(({ body }) => body.id as number)
  ended = await call('POST', `/api/courses/quiz-attempts/${attempts[2]}/complete/`, { as: learner })
  const { course, module, enrollment } = room
  const progress = enrollment.id * 10_000_000 + module.id
  const made = [course, module, enrollment, ...detailed].map(({ id }) => id as number)
  ids = [...new Set([...made, progress, ...questionIds, ...attempts])]
})

/** Every GET there is, its places filled with every id there is. */
const paths = () =>
  api.contracts
    .filter(({ method }) => method === 'get')
    .flatMap(({ path }) => {
      const named = path.replace('{slug}', slug)
      return /\{\w+\}/.test(named) ? ids.map(id => named.replace(/\{\w+\}/g, String(id))) : [`${named}?page_size=100`]
    })

const walk = async (as?: TestUser): Promise<(Answer & { path: string })[]> => {
  const answers = []
  for (const path of paths()) answers.push({ ...(await call('GET', path, { as })), path })
  return answers
}

/** Whether all of the words stand in the text, and in their order. */
function tellsOrder(text: string, words: readonly string[]): boolean {
  const places = words.map(word => text.search(new RegExp(`\\b${word}\\b`)))
  return places.every((place, index) => place >= 0 && (index === 0 || place > (places[index - 1] ?? 0)))
}

describe('what a quiz keeps to itself', () => {
  test('is there to be found: its author reads it', async () => {
    const answers = await walk(owner)
    const found = answers.filter(({ text }) => text.includes(MARKER) && text.includes('is_correct'))
    expect(found.length).toBeGreaterThanOrEqual(12)
    expect(answers.some(({ text }) => tellsOrder(text, ITEMS) && tellsOrder(text, itemIds.map(String)))).toBe(true)
    expect(answers.some(({ text }) => text.includes(`${MARKER} code`))).toBe(false)
  })

  test.each([
    ['a learner', () => learner],
    ['somebody who is not enrolled', () => makeUser()],
    [
      'another learner who has completed nothing',
      async () => {
        const other = await makeUser()
        await enrolled(other, { slug })
        return other
      },
    ],
    ['anonymous', () => undefined],
  ])('reaches nobody else: %s', async (_, who) => {
    const answers = await walk(await who())
    expect(answers.some(({ status }) => status === 200)).toBe(true)
    for (const { path, status, text } of answers) {
      expect(text, path).not.toContain(MARKER)
      // A result names the field; of this attempt, which never tells, it says nothing.
      const isResult = path.endsWith('/result/') && status === 200
      expect(isResult ? text.replaceAll('"is_correct":null', '') : text, path).not.toContain('is_correct')
      expect(text, path).not.toMatch(/"(correct_\w+|accepted_answers|tolerance\w*|access_code|explanation)"/)
      expect(tellsOrder(text, ITEMS) || tellsOrder(text, itemIds.map(String)), path).toBe(false)
    }
  })

  test('nor by starting an attempt, or by ending one that never tells', () => {
    expect([...starts, ended].map(({ status }) => status)).toEqual([201, 201, 201, 200])
    for (const { text } of [...starts, ended]) {
      expect(text).not.toContain(MARKER)
      expect(text).not.toContain('is_correct')
      expect(tellsOrder(text, ITEMS) || tellsOrder(text, itemIds.map(String))).toBe(false)
    }
    expect(starts.every(({ text }) => ITEMS.every(item => text.includes(item)))).toBe(true)
  })

  test('the walk sees quizzes and questions, and every route with an id', () => {
    const walked = paths()
    expect(walked.filter(path => path.startsWith('/api/quizzes/')).length).toBeGreaterThan(10)
    expect(walked.filter(path => path.startsWith('/api/questions/')).length).toBeGreaterThan(10)
    expect(walked.filter(path => path.startsWith('/api/courses/quiz-attempts/')).length).toBeGreaterThan(10)
    expect(walked.filter(path => path.includes('{'))).toEqual([])
  })
})
