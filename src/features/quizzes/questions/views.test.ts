import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { questions } from '../../../../test/factories/question-arbitraries.ts'
import { newQuestion, revise } from './build.ts'
import { QuestionFields, QuestionInput } from './input.ts'
import { fromColumns, QUESTION_TYPES, type Question, toColumns } from './question.ts'
import type { Shuffle } from './shuffle.ts'
import { AuthorQuestion, LearnerQuestion, toAuthorQuestion, toLearnerQuestion } from './views.ts'

const place = { id: 7, quizId: 3, order: 2 }
const unshuffled: Shuffle = list => [...list]

const accept = (body: Record<string, unknown>) => newQuestion(QuestionInput.parse(body))
const choice = (text: string, is_correct = false) => ({ text, is_correct })
const two = [choice('a', true), choice('b')]

describe.each(QUESTION_TYPES)('%s', type => {
  test('is stored and read back the same', () => {
    fc.assert(
      fc.property(questions(type), question => {
        expect(fromColumns(toColumns(question))).toEqual(question)
      }),
    )
  })

  test('is shown to its author as documented, and that sent back changes nothing', () => {
    fc.assert(
      fc.property(questions(type), question => {
        const view = toAuthorQuestion(place, question)
        expect(z.strictObject(AuthorQuestion.options[QUESTION_TYPES.indexOf(type)]?.shape ?? {}).parse(view)).toEqual(
          view,
        )
        expect(revise(question, QuestionFields.partial().parse(view))).toEqual(question)
        expect(revise(question, {})).toEqual(question)
      }),
    )
  })

  test('shows a learner an allow-list that does not depend on the key', () => {
    fc.assert(
      fc.property(questions(type), fc.boolean(), (question, randomizeChoices) => {
        for (const shuffle of [unshuffled, backwards]) {
          const view = toLearnerQuestion(place, question, { shuffle, randomizeChoices })
          const shape = LearnerQuestion.options[QUESTION_TYPES.indexOf(type)]?.shape ?? {}
          expect(z.strictObject(shape).parse(view)).toEqual(view)
          for (const part of parts(view)) expect(Object.keys(part)).toEqual(['id', 'text'])
          const other = toLearnerQuestion(place, withAnotherKey(question), { shuffle, randomizeChoices })
          expect(JSON.stringify(other)).toBe(JSON.stringify(view))
        }
      }),
    )
  })
})

const backwards: Shuffle = list => [...list].reverse()
const parts = (view: z.output<typeof LearnerQuestion>) => [
  ...view.choices,
  ...('left' in view ? [...view.left, ...view.right] : []),
  ...('items' in view ? view.items : []),
]

/** A question that looks the same and has other right answers. */
function withAnotherKey(question: Question): Question {
  const feedback = { explanation: 'Other', correctFeedback: 'Other', incorrectFeedback: 'Other' }
  const own = (): Partial<Question> => {
    switch (question.type) {
      case 'multiple_choice':
      case 'multiple_select': {
        const choices = question.choices.map(choice => ({ ...choice, isCorrect: !choice.isCorrect, feedback: 'Other' }))
        return { choices, ...('partialCredit' in question && { partialCredit: !question.partialCredit }) }
      }
      case 'true_false':
        return { correctAnswer: !question.correctAnswer }
      case 'short_answer':
        return { acceptedAnswers: ['Other'], caseSensitive: !question.caseSensitive }
      case 'numeric':
        return { correctValue: 42, tolerance: 42, toleranceType: 'percent' }
      case 'matching': {
        const rights = question.pairs.map(({ rightId, right }) => ({ rightId, right }))
        return { pairs: question.pairs.map((pair, i) => ({ ...pair, ...rights.at(i - 1) })).reverse() }
      }
      case 'ordering':
        return { items: [...question.items].reverse(), partialCredit: !question.partialCredit }
      case 'fill_in_blank':
        return { blanks: Object.fromEntries(Object.keys(question.blanks).map(blank => [blank, ['Other']])) }
      case 'essay':
        return {}
    }
  }
  return { ...question, ...feedback, ...own() } as Question
}

describe('choices', () => {
  const question = accept({ type: 'multiple_choice', text: 'x', choices: [...two, choice('c'), choice('d')] })
  const texts = (randomizeChoices: boolean, shuffle: Shuffle) =>
    toLearnerQuestion(place, question, { shuffle, randomizeChoices }).choices.map(({ text }) => text)

  test('stand as written unless the quiz shuffles them', () => {
    expect(texts(false, backwards)).toEqual(['a', 'b', 'c', 'd'])
    expect(texts(true, backwards)).toEqual([...texts(true, unshuffled)].reverse())
    expect(texts(true, unshuffled).sort()).toEqual(['a', 'b', 'c', 'd'])
  })
})
