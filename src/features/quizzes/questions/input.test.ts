import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { inputs } from '../../../../test/factories/question-arbitraries.ts'
import { fieldErrors } from '../../../http/errors.ts'
import { newQuestion } from './build.ts'
import { QuestionInput } from './input.ts'
import { blanksIn, missingKey, QUESTION_TYPES } from './question.ts'
import { AuthorQuestion, LearnerQuestion, toAuthorFields } from './views.ts'

const refusals = (body: unknown) => {
  const result = QuestionInput.safeParse(body, { reportInput: true })
  return result.success ? {} : fieldErrors(result.error.issues)
}
const accept = (body: Record<string, unknown>) => newQuestion(QuestionInput.parse(body))
const choice = (text: string, is_correct = false) => ({ text, is_correct })
const two = [choice('a', true), choice('b')]

describe('a question is refused by the field that is wrong', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => choice(`c${i}`, i === 0))
  const needsTwo = 'Ensure this list has at least 2 entries.'
  const required = 'This field is required.'
  test.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['no type', { text: 'x' }, { type: required }],
    ['an unknown type', { type: 'poem', text: 'x' }, { type: `Must be one of: ${QUESTION_TYPES.join(', ')}.` }],
    ['no text', { type: 'essay' }, { text: required }],
    ['a blank text', { type: 'essay', text: ' \n' }, { text: 'This field may not be blank.' }],
    [
      'a long text',
      { type: 'essay', text: 'x'.repeat(10_001) },
      { text: 'Ensure this field has no more than 10000 characters.' },
    ],
    ['NUL', { type: 'essay', text: 'x\0' }, { text: 'Null characters are not allowed.' }],
    ['points in quotes', { type: 'essay', text: 'x', points: '5' }, { points: 'A valid number is required.' }],
    [
      'points below zero',
      { type: 'essay', text: 'x', points: -1 },
      { points: 'Ensure this value is greater than or equal to 0.' },
    ],
    [
      'too many points',
      { type: 'essay', text: 'x', points: 1001 },
      { points: 'Ensure this value is less than or equal to 1000.' },
    ],
    [
      'points too fine',
      { type: 'essay', text: 'x', points: 0.0001 },
      { points: 'Ensure that there are no more than 3 decimal places.' },
    ],
    [
      'long feedback',
      { type: 'essay', text: 'x', correct_feedback: 'x'.repeat(2001) },
      { correct_feedback: 'Ensure this field has no more than 2000 characters.' },
    ],
    ['no choices', { type: 'multiple_choice', text: 'x' }, { choices: required }],
    ['one choice', { type: 'multiple_choice', text: 'x', choices: many(1) }, { choices: needsTwo }],
    [
      '51 choices',
      { type: 'multiple_select', text: 'x', choices: many(51) },
      { choices: 'Ensure this list has no more than 50 entries.' },
    ],
    ['choices that are no list', { type: 'multiple_select', text: 'x', choices: {} }, { choices: 'Expected a list.' }],
    [
      'a choice without text',
      { type: 'multiple_choice', text: 'x', choices: [...two, {}] },
      { 'choices.2.text': required },
    ],
    [
      'a blank choice',
      { type: 'multiple_choice', text: 'x', choices: [...two, choice('')] },
      { 'choices.2.text': 'This field may not be blank.' },
    ],
    [
      'is_correct as a number',
      { type: 'multiple_choice', text: 'x', choices: [{ text: 'a', is_correct: 1 }, ...two] },
      { 'choices.0.is_correct': 'Must be true or false.' },
    ],
    [
      'true/false in quotes',
      { type: 'true_false', text: 'x', correct_answer: 'true' },
      { correct_answer: 'Must be true or false.' },
    ],
    [
      'a blank accepted answer',
      { type: 'short_answer', text: 'x', accepted_answers: ['a', ' '] },
      { 'accepted_answers.1': 'This field may not be blank.' },
    ],
    [
      'a value in quotes',
      { type: 'numeric', text: 'x', correct_value: '5' },
      { correct_value: 'A valid number is required.' },
    ],
    [
      'an infinite value',
      { type: 'numeric', text: 'x', correct_value: JSON.parse('1e999') },
      { correct_value: 'A valid number is required.' },
    ],
    [
      'a negative tolerance',
      { type: 'numeric', text: 'x', correct_value: 5, tolerance: -1 },
      { tolerance: 'Ensure this value is greater than or equal to 0.' },
    ],
    [
      'an unknown tolerance type',
      { type: 'numeric', text: 'x', correct_value: 5, tolerance_type: 'ulp' },
      { tolerance_type: 'Must be one of: absolute, percent.' },
    ],
    ['no pairs', { type: 'matching', text: 'x' }, { pairs: required }],
    ['one pair', { type: 'matching', text: 'x', pairs: [{ left: 'a', right: 'b' }] }, { pairs: needsTwo }],
    [
      'half a pair',
      { type: 'matching', text: 'x', pairs: [{ left: 'a', right: 'b' }, { left: 'c' }] },
      { 'pairs.1.right': required },
    ],
    ['no items', { type: 'ordering', text: 'x' }, { items: required }],
    ['one item', { type: 'ordering', text: 'x', items: ['a'] }, { items: needsTwo }],
    [
      'a number for an item',
      { type: 'ordering', text: 'x', items: ['a', 5] },
      { 'items.1': 'Expected a text of at most 2000 characters, or an object with id and text.' },
    ],
    [
      'no blank in the text',
      { type: 'fill_in_blank', text: 'x', blanks: {} },
      { text: 'Mark at least one blank: {{1}}.' },
    ],
    [
      'a blank without answers',
      { type: 'fill_in_blank', text: '{{1}} {{2}}', blanks: { 1: ['a'] } },
      { blanks: 'Give the accepted answers of exactly the blanks that the text marks.' },
    ],
    [
      'answers without a blank',
      { type: 'fill_in_blank', text: '{{1}}', blanks: { 1: ['a'], 2: ['b'] } },
      { blanks: 'Give the accepted answers of exactly the blanks that the text marks.' },
    ],
    ['blanks as a list', { type: 'fill_in_blank', text: '{{1}}', blanks: [['a']] }, { blanks: 'Expected an object.' }],
    [
      'a blank’s answer alone',
      { type: 'fill_in_blank', text: '{{1}}', blanks: { 1: 'a' } },
      { 'blanks.1': 'Expected a list.' },
    ],
    [
      'more words at least than at most',
      { type: 'essay', text: 'x', min_words: 5, max_words: 4 },
      { max_words: 'Must not be less than min_words.' },
    ],
    [
      'no words at most',
      { type: 'essay', text: 'x', max_words: 0 },
      { max_words: 'Ensure this value is greater than or equal to 1.' },
    ],
    [
      'a rubric of other points',
      { type: 'essay', text: 'x', points: 3, rubric: [{ criterion: 'a', max_points: 2 }] },
      { rubric: "The max_points must sum to the question's points, 3." },
    ],
    [
      'a criterion twice',
      {
        type: 'essay',
        text: 'x',
        points: 4,
        rubric: [
          { criterion: 'a', max_points: 2 },
          { criterion: 'a', max_points: 2 },
        ],
      },
      { rubric: 'Each criterion may occur once.' },
    ],
    [
      'a weight for one choice alone',
      { type: 'multiple_choice', text: 'x', choices: [{ ...choice('a', true), weight: 100 }, choice('b')] },
      { choices: 'Give a weight to every choice, or to none.' },
    ],
    [
      'a correct choice that weighs less than all',
      {
        type: 'multiple_choice',
        text: 'x',
        choices: [
          { ...choice('a', true), weight: 50 },
          { ...choice('b'), weight: 0 },
        ],
      },
      { choices: 'Correct choices weigh 100, all others less.' },
    ],
    [
      'weights beyond all and with too many decimals',
      {
        type: 'multiple_choice',
        text: 'x',
        choices: [
          { ...choice('a', true), weight: 101 },
          { ...choice('b'), weight: 33.333333 },
        ],
      },
      {
        'choices.0.weight': 'Ensure this value is less than or equal to 100.',
        'choices.1.weight': 'Ensure that there are no more than 5 decimal places.',
      },
    ],
    [
      'weights without partial credit',
      {
        type: 'multiple_select',
        text: 'x',
        choices: [
          { ...choice('a', true), weight: 100 },
          { ...choice('b'), weight: -100 },
        ],
      },
      { partial_credit: 'Must be true where choices have weights.' },
    ],
    [
      'positive weights that are not all',
      {
        type: 'multiple_select',
        text: 'x',
        partial_credit: true,
        choices: [
          { ...choice('a', true), weight: 50 },
          { ...choice('b', true), weight: 49.98 },
        ],
      },
      { choices: 'The positive weights must add up to 100.' },
    ],
    [
      'a wrong choice that earns something',
      {
        type: 'multiple_select',
        text: 'x',
        partial_credit: true,
        choices: [
          { ...choice('a', true), weight: 50 },
          { ...choice('b'), weight: 50 },
        ],
      },
      { choices: 'Correct choices have a positive weight, all others none or a negative one.' },
    ],
    [
      'all that is wrong at once',
      { type: 'matching', text: '', points: 'x', pairs: [] },
      { text: 'This field may not be blank.', points: 'A valid number is required.', pairs: needsTwo },
    ],
  ])('%s', (_, body, expected) => {
    expect(refusals(body)).toEqual(Object.fromEntries(Object.entries(expected).map(([field, said]) => [field, [said]])))
  })

  test('fields of other types are ignored, empty choices too', () => {
    const question = accept({ type: 'true_false', text: 'x', correct_answer: true, choices: [], tolerance: 5 })
    expect(toAuthorFields(question)).not.toHaveProperty('tolerance')
    expect(toAuthorFields(question).choices).toEqual([])
  })

  test('points of a rubric are summed without rounding', () => {
    const rubric = [0.1, 0.2, 0.3].map(max_points => ({ criterion: `up to ${max_points}`, max_points }))
    expect(refusals({ type: 'essay', text: 'x', points: 0.6, rubric })).toEqual({})
  })
})

describe('the key', () => {
  const keyless: Record<string, [Record<string, unknown>, { field: string; message: string }]> = {
    multiple_choice: [
      { choices: [choice('a'), choice('b')] },
      { field: 'choices', message: 'At least one choice must be correct.' },
    ],
    multiple_select: [
      { choices: [choice('a'), choice('b')] },
      { field: 'choices', message: 'At least one choice must be correct.' },
    ],
    true_false: [{}, { field: 'correct_answer', message: 'This field is required.' }],
    short_answer: [{}, { field: 'accepted_answers', message: 'This field is required.' }],
    numeric: [{ correct_value: null }, { field: 'correct_value', message: 'This field is required.' }],
    fill_in_blank: [
      { text: '{{1}} and {{2}}', blanks: { 1: ['a'], 2: [] } },
      { field: 'blanks', message: 'Blank 2 needs an accepted answer.' },
    ],
  }
  test.each(Object.entries(keyless))('is optional in a survey and missed elsewhere: %s', (type, [own, missing]) => {
    expect(missingKey(accept({ type, text: 'x', ...own }))).toEqual(missing)
  })

  test('several choices of a multiple choice may be right', () => {
    const choices = [choice('a', true), choice('b', true)]
    expect(missingKey(accept({ type: 'multiple_choice', text: 'x', choices }))).toBeNull()
  })

  test.each(QUESTION_TYPES)('of a whole question is not missed: %s', type => {
    fc.assert(
      fc.property(inputs(type), input => {
        expect(refusals(input)).toEqual({})
        expect(missingKey(newQuestion(input))).toBeNull()
      }),
    )
  })
})

test('what is not given takes its default', () => {
  expect(accept({ type: 'numeric', text: 'x', correct_value: 5 })).toEqual({
    type: 'numeric',
    text: 'x',
    pointsMilli: 1000,
    explanation: '',
    correctFeedback: '',
    incorrectFeedback: '',
    correctValue: 5,
    tolerance: 0,
    toleranceType: 'absolute',
  })
  expect(accept({ type: 'ordering', text: 'x', items: ['a', 'b'] })).toMatchObject({ partialCredit: false })
  expect(accept({ type: 'fill_in_blank', text: '{{2}} {{1}} {{2}}' })).toMatchObject({ blanks: { 1: [], 2: [] } })
})

test('the blanks of a text are its numbers in double braces', () => {
  expect(blanksIn('{{10}} {{2}} {{2}} {{0}} {{01}} {{x}} {1} {{ 3 }}')).toEqual(['2', '10'])
})

test('the bodies can be described as JSON schemas', () => {
  const { properties, required } = z.toJSONSchema(QuestionInput, { io: 'input' }) as {
    properties: object
    required: string[]
  }
  expect(required).toEqual(['type', 'text'])
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(['choices', 'pairs', 'items', 'blanks', 'rubric']))
  for (const view of [AuthorQuestion, LearnerQuestion]) {
    const [definition] = Object.values(z.toJSONSchema(view, { io: 'output' }).$defs ?? {})
    expect(definition?.oneOf).toHaveLength(9)
  }
})
