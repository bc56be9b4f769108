import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { makeHall } from '../factories/classrooms.ts'
import { rightAnswer } from '../factories/questions.ts'
import { end, resultOf, started, submit } from '../helpers/attempts.ts'

/** Two right of three chosen, or so many right and wrong ones, in each question. */
const thirds = (points: number) => ({
  type: 'multiple_select',
  text: 'Which?',
  points,
  partial_credit: true,
  choices: ['a', 'b', 'c', 'd'].map(text => ({ text, is_correct: text !== 'd' })),
})
const halves = (points: number) => ({ ...thirds(points), choices: thirds(points).choices.slice(1) })
const sixths = {
  ...thirds(1),
  choices: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(text => ({ text, is_correct: text !== 'g' })),
}

test.each([
  ['3 × ⅔ of a point', Array(3).fill(thirds(1)), 2, 66.67, 0.667],
  ['3 × ⅓', Array(3).fill(thirds(1)), 1, 33.33, 0.333],
  ['6 × ⅙', Array(6).fill(sixths), 1, 16.67, 0.167],
  ['four questions of 0.05 points with ⅓ each', Array(4).fill(thirds(0.05)), 1, 33.33, 0.017],
  ['four of 0.01 points with ½ each', Array(4).fill(halves(0.01)), 1, 50, 0.005],
])('%s is rounded once, in the percentage', async (_, questions, chosen, score, shown) => {
  const hall = await makeHall({ passing_score: 67 }, questions)
  const attempt = await started(hall)
  for (const { id, question } of hall.quiz.questions) {
    if (question.type !== 'multiple_select') throw new Error('a select was made')
    const correct = question.choices.filter(choice => choice.isCorrect)
    const selected_choices = correct.slice(0, chosen).map(choice => choice.id)
    const answer = await submit(attempt, hall.learner, id, { selected_choices })
    expect(answer.body).toMatchObject({ is_correct: false, score: shown })
  }
  const ended = await end(attempt, hall.learner)
  expect(ended.body).toMatchObject({ score, passed: false })
  const row = await env.DB.prepare('SELECT score_hundredths, passed FROM attempts WHERE id = ?')
    .bind(attempt.id)
    .first()
  expect(row).toEqual({ score_hundredths: Math.round(score * 100), passed: 0 })
})

test('weights of thirds: all that is right and nothing else is exactly full', async () => {
  const weights = [33.33333, 33.33333, 33.33333, -33.33333]
  const question = {
    ...thirds(1),
    choices: thirds(1).choices.map((choice, place) => ({ ...choice, weight: weights[place] })),
  }
  const hall = await makeHall({ passing_score: 100 }, [question, question, question])
  const attempt = await started(hall)
  for (const made of hall.quiz.questions) {
    const answer = await submit(attempt, hall.learner, made.id, rightAnswer(made))
    expect(answer.body).toMatchObject({ is_correct: true, score: 1 })
  }
  expect((await end(attempt, hall.learner)).body).toMatchObject({ score: 100, passed: true })
})

test('of A 50 %, B 50 % and C −100 %, A alone is half, and A with C nothing', async () => {
  const choices = [
    { text: 'A', is_correct: true, weight: 50 },
    { text: 'B', is_correct: true, weight: 50 },
    { text: 'C', is_correct: false, weight: -100 },
  ]
  const hall = await makeHall({}, Array(2).fill({ ...thirds(1), choices }))
  const attempt = await started(hall)
  for (const [place, selected] of [[0], [0, 2]].entries()) {
    const made = hall.quiz.questions[place]
    if (made?.question.type !== 'multiple_select') throw new Error('a select was made')
    const ids = made.question.choices.map(choice => choice.id)
    await submit(attempt, hall.learner, made.id, { selected_choices: selected.map(at => ids[at]) })
  }
  await end(attempt, hall.learner)
  const { body } = await resultOf(attempt, hall.learner)
  expect(body.score).toBe(25)
  expect(body.responses.map((response: { score: number }) => response.score)).toEqual([0.5, 0])
})
