import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answers, questions } from '../../../../test/factories/question-arbitraries.ts'
import { ask, choices, rightAnswer } from '../../../../test/factories/questions.ts'
import {
  type Choice,
  QUESTION_TYPES,
  type Question,
  type QuestionBody,
  type QuestionType,
} from '../questions/question.ts'
import { shuffle } from '../questions/shuffle.ts'
import { parseResponse } from './answer.ts'
import { grade } from './grading.ts'
import { NANO_PER_MILLI, partOf, toNano } from './points.ts'

/** The points that an answer earns, in 1/1000 with fractions; `pending`; or the refusal. */
function earned(question: Question, responseData: unknown): number | 'pending' | string {
  const parsed = parseResponse(question, responseData)
  if ('refusal' in parsed) return parsed.refusal
  const result = grade(question, parsed.answer, { isSurvey: false })
  if (result.isPending) return 'pending'
  // Every question in these tables has points, so only right answers earn all points.
  expect(result.isCorrect).toBe(result.scoreNano === toNano(question.pointsMilli))
  return (result.scoreNano ?? Number.NaN) / NANO_PER_MILLI
}

type Case = [what: string, responseData: unknown, earned: number | string]
const table = (name: string, question: Question, cases: Case[]) =>
  describe(name, () => {
    test.each(cases)('%s', (_, responseData, expected) => {
      expect(earned(question, responseData)).toBe(expected)
    })
  })

const REQUIRED = 'This field is required.'
const NULL = 'This field may not be null.'
const INTEGER = 'A valid integer is required.'
const NUMBER = 'A valid number is required.'
const STRING = 'Not a valid string.'

table('multiple choice', ask({ type: 'multiple_choice', choices: choices('a', '*b', 'c', ' B', 'b ') }, 2500), [
  ['the right one', { selected_choice: 2 }, 2500],
  ['a wrong one', { selected_choice: 1 }, 0],
  ['another wrong one', { selected_choice: 3 }, 0],
  ['one that differs in case', { selected_choice: 4 }, 0],
  ['one that looks the same as the right one', { selected_choice: 5 }, 2500],
  ['an unknown one', { selected_choice: 6 }, 'selected_choice: No such choice.'],
  ['zero', { selected_choice: 0 }, 'selected_choice: No such choice.'],
  ['a negative one', { selected_choice: -2 }, 'selected_choice: No such choice.'],
  ['a fraction', { selected_choice: 2.5 }, `selected_choice: ${INTEGER}`],
  ['NaN', { selected_choice: Number.NaN }, `selected_choice: ${NUMBER}`],
  ['infinity', { selected_choice: Number.POSITIVE_INFINITY }, `selected_choice: ${NUMBER}`],
  ['a number in quotes', { selected_choice: '2' }, `selected_choice: ${NUMBER}`],
  ['a list', { selected_choice: [2] }, `selected_choice: ${NUMBER}`],
  ['null', { selected_choice: null }, `selected_choice: ${NULL}`],
  ['nothing', {}, `selected_choice: ${REQUIRED}`],
  ['the answer of another type', { selected_choices: [2] }, `selected_choice: ${REQUIRED}`],
  ['more than is asked', { selected_choice: 2, is_correct: true }, 2500],
  ['no object', 2, 'Expected an object.'],
  ['a list for an object', [2], 'Expected an object.'],
])

test.each([
  ['a subscript', 'H₂O', 'H2O'],
  ['a superscript', 'm²', 'm2'],
  ['a fraction', '½', '1⁄2'],
  ['a ligature', 'ﬁ', 'fi'],
  ['how far a line is indented', 'if x:\n    return y', 'if x:\n  return y'],
  ['spaces in front', '    return y', 'return y'],
  ['spaces within', 'a  b', 'a b'],
])('parts that differ in %s are told apart', (_, right, wrong) => {
  const pair = choices(`*${right}`, wrong)
  expect(earned(ask({ type: 'multiple_choice', choices: pair }), { selected_choice: 1 })).toBe(1000)
  expect(earned(ask({ type: 'multiple_choice', choices: pair }), { selected_choice: 2 })).toBe(0)
  for (const partialCredit of [true, false]) {
    const select = ask({ type: 'multiple_select', choices: pair, partialCredit })
    expect(earned(select, { selected_choices: [2] })).toBe(0)
    const ordering = ask({ type: 'ordering', items: pair, partialCredit })
    expect(earned(ordering, { order: [2, 1] })).toBe(0)
  }
  const pairs = pair.map(({ id, text }) => ({ leftId: id, left: text, rightId: id + 2, right: text }))
  expect(earned(ask({ type: 'matching', pairs }), { matches: { 1: 4, 2: 3 } })).toBe(0)
})

test.each([
  ['an accent put together or apart', 'café', 'cafe\u0301'],
  ['spaces behind', 'return y', 'return y \n'],
])('parts that differ in %s look the same', (_, right, twin) => {
  const pair = choices(`*${right}`, twin)
  expect(earned(ask({ type: 'multiple_choice', choices: pair }), { selected_choice: 2 })).toBe(1000)
  expect(earned(ask({ type: 'multiple_select', choices: pair, partialCredit: false }), { selected_choices: [2] })).toBe(
    1000,
  )
  expect(earned(ask({ type: 'ordering', items: pair, partialCredit: false }), { order: [2, 1] })).toBe(1000)
  const pairs = pair.map(({ id, text }) => ({ leftId: id, left: text, rightId: id + 2, right: text }))
  expect(earned(ask({ type: 'matching', pairs }), { matches: { 1: 4, 2: 3 } })).toBe(1000)
})

const select = (partialCredit: boolean, pointsMilli = 1000) =>
  ask({ type: 'multiple_select', choices: choices('*a', '*b', '*c', 'd', 'e'), partialCredit }, pointsMilli)
table('multiple select, all or nothing', select(false), [
  ['the exact set', { selected_choices: [1, 2, 3] }, 1000],
  ['in another order', { selected_choices: [3, 1, 2] }, 1000],
  ['one missing', { selected_choices: [1, 2] }, 0],
  ['one too many', { selected_choices: [1, 2, 3, 4] }, 0],
  ['all', { selected_choices: [1, 2, 3, 4, 5] }, 0],
  ['none', { selected_choices: [] }, 0],
  ['one twice', { selected_choices: [1, 1, 2, 3] }, 'selected_choices: A choice can be selected once.'],
  ['an unknown one', { selected_choices: [1, 9] }, 'selected_choices: No such choice.'],
  ['a number in quotes', { selected_choices: ['1'] }, `selected_choices.0: ${NUMBER}`],
  ['a fraction', { selected_choices: [1, 1.5] }, `selected_choices.1: ${INTEGER}`],
  ['NaN', { selected_choices: [Number.NaN] }, `selected_choices.0: ${NUMBER}`],
  ['no list', { selected_choices: 1 }, 'selected_choices: Expected a list.'],
  ['an object for a list', { selected_choices: { 0: 1 } }, 'selected_choices: Expected a list.'],
  ['null', { selected_choices: null }, `selected_choices: ${NULL}`],
  ['nothing', {}, `selected_choices: ${REQUIRED}`],
])
table('multiple select with partial credit', select(true), [
  ['the exact set', { selected_choices: [2, 1, 3] }, 1000],
  ['two of three', { selected_choices: [1, 2] }, 666.666667],
  ['one of three', { selected_choices: [3] }, 333.333333],
  ['none', { selected_choices: [] }, 0],
  ['three right, one wrong', { selected_choices: [1, 2, 3, 4] }, 666.666667],
  ['all: three right, two wrong', { selected_choices: [1, 2, 3, 4, 5] }, 333.333333],
  ['two right, one wrong', { selected_choices: [1, 2, 4] }, 333.333333],
  ['one right, one wrong', { selected_choices: [1, 5] }, 0],
  ['one right, two wrong is not less than nothing', { selected_choices: [1, 4, 5] }, 0],
  ['only wrong ones', { selected_choices: [4, 5] }, 0],
])
table(
  'multiple select with equal texts',
  ask({ type: 'multiple_select', choices: choices('*a', 'a', '*b', 'c'), partialCredit: true }),
  [
    ['the marked ones', { selected_choices: [1, 3] }, 1000],
    ['the twin of one', { selected_choices: [2, 3] }, 1000],
    ['both twins', { selected_choices: [1, 2] }, 0],
  ],
)

const truth: Case[] = [
  ['true', { selected_answer: true }, 1000],
  ['false', { selected_answer: false }, 0],
  ['one', { selected_answer: 1 }, 'selected_answer: Must be true or false.'],
  ['zero', { selected_answer: 0 }, 'selected_answer: Must be true or false.'],
  ['a word', { selected_answer: 'true' }, 'selected_answer: Must be true or false.'],
  ['an empty word', { selected_answer: '' }, 'selected_answer: Must be true or false.'],
  ['a list', { selected_answer: [true] }, 'selected_answer: Must be true or false.'],
  ['an object', { selected_answer: {} }, 'selected_answer: Must be true or false.'],
  ['NaN', { selected_answer: Number.NaN }, 'selected_answer: Must be true or false.'],
  ['null', { selected_answer: null }, `selected_answer: ${NULL}`],
  ['nothing', {}, `selected_answer: ${REQUIRED}`],
  ['another name', { answer: true }, `selected_answer: ${REQUIRED}`],
  ['no object', true, 'Expected an object.'],
  ['no data', null, NULL],
]
table('true or false: true', ask({ type: 'true_false', correctAnswer: true }), truth)
table('true or false: false', ask({ type: 'true_false', correctAnswer: false }), [
  ['false', { selected_answer: false }, 1000],
  ['true', { selected_answer: true }, 0],
])

const short = (caseSensitive: boolean, ...acceptedAnswers: string[]) =>
  ask({ type: 'short_answer', acceptedAnswers, caseSensitive })
table('short answer', short(false, 'New Delhi', 'Straße', 'ﬁne café', 'ΣΊΣΥΦΟΣ', 'Ταΐζω', 'x²', '北京', '🎉', '*'), [
  ['as accepted', { text: 'New Delhi' }, 1000],
  ['in another case', { text: 'NEW delhi' }, 1000],
  ['with spaces around', { text: '  New Delhi\n' }, 1000],
  ['with more space within', { text: 'New \t\u00a0 Delhi' }, 1000],
  ['without the space', { text: 'NewDelhi' }, 0],
  ['sharp s as capitals', { text: 'STRASSE' }, 1000],
  ['a ligature taken apart, an accent put together', { text: 'fine cafe\u0301' }, 1000],
  ['without the accent', { text: 'fine cafe' }, 0],
  ['Greek, with its final sigma', { text: 'σίσυφος' }, 1000],
  ['Greek capitals, whose two accents no single letter has', { text: 'ΤΑΪ\u0301ΖΩ' }, 1000],
  ['full width', { text: 'Ｎｅｗ　Ｄｅｌｈｉ' }, 1000],
  ['a superscript', { text: 'X2' }, 1000],
  ['Chinese', { text: '北京' }, 1000],
  ['an emoji', { text: '🎉' }, 1000],
  ['another emoji', { text: '🎊' }, 0],
  ['an asterisk accepts itself only', { text: 'anything' }, 0],
  ['more than the answer', { text: 'New Delhi, India' }, 0],
  ['a pattern', { text: '.*' }, 0],
  ['blank', { text: '' }, 0],
  ['only spaces', { text: ' \n' }, 0],
  ['too long', { text: 'a'.repeat(1001) }, 'text: Ensure this field has no more than 1000 characters.'],
  ['long emoji count once', { text: '🎉'.repeat(1000) }, 0],
  ['NUL', { text: 'New\0Delhi' }, 'text: Null characters are not allowed.'],
  ['a number', { text: 5 }, `text: ${STRING}`],
  ['a list', { text: ['New Delhi'] }, `text: ${STRING}`],
  ['null', { text: null }, `text: ${NULL}`],
  ['nothing', {}, `text: ${REQUIRED}`],
])
table('short answer, case sensitive', short(true, 'iPhone', 'Straße'), [
  ['as accepted', { text: ' iPhone ' }, 1000],
  ['in another case', { text: 'IPhone' }, 0],
  ['full width', { text: 'ｉＰｈｏｎｅ' }, 1000],
  ['sharp s as two', { text: 'Strasse' }, 0],
])

table('short answer, with quotes', short(false, "don't", 'the “Hamlet”', 'rock ’n’ roll', '5′', 'ΟΔΟΣ’Α'), [
  ['straight', { text: "don't" }, 1000],
  ['as a phone puts it', { text: 'Don’t' }, 1000],
  ['opening', { text: 'don‘t' }, 1000],
  ['reversed', { text: 'don‛t' }, 1000],
  ['the letter', { text: 'donʼt' }, 1000],
  ['full width', { text: 'ｄｏｎ＇ｔ' }, 1000],
  ['without it', { text: 'dont' }, 0],
  ['a prime for it', { text: 'don′t' }, 0],
  ['a grave accent for it', { text: 'don`t' }, 0],
  ['curly in the key, straight in the answer', { text: 'the "Hamlet"' }, 1000],
  ['double ones the other way round', { text: 'the ”Hamlet‟' }, 1000],
  ['as a German phone puts it', { text: 'the „Hamlet“' }, 1000],
  ['single for double', { text: 'the ’Hamlet’' }, 0],
  ['a letter taken apart', { text: 'rock ŉ’ roll' }, 1000],
  ['a prime', { text: '5′' }, 1000],
  ['a quote for a prime', { text: '5’' }, 0],
  ['within Greek, where case looks at what follows', { text: 'οδος‛α' }, 1000],
])
table('short answer, with quotes and case', short(true, 'O’Neill'), [
  ['straight', { text: "O'Neill" }, 1000],
  ['in another case', { text: "o'neill" }, 0],
])

const numeric = (correctValue: number, tolerance = 0, toleranceType: 'absolute' | 'percent' = 'absolute') =>
  ask({ type: 'numeric', correctValue, tolerance, toleranceType })
table('numeric answers that are none', numeric(3.14), [
  ['the value', { value: 3.14 }, 1000],
  ['NaN', { value: Number.NaN }, `value: ${NUMBER}`],
  ['infinity', { value: Number.POSITIVE_INFINITY }, `value: ${NUMBER}`],
  ['minus infinity', { value: Number.NEGATIVE_INFINITY }, `value: ${NUMBER}`],
  ['infinity, as JSON can say it', JSON.parse('{"value": 1e999}'), `value: ${NUMBER}`],
  ['in quotes', { value: '3.14' }, `value: ${NUMBER}`],
  ['true', { value: true }, `value: ${NUMBER}`],
  ['a list', { value: [3.14] }, `value: ${NUMBER}`],
  ['null', { value: null }, `value: ${NULL}`],
  ['nothing', {}, `value: ${REQUIRED}`],
])
describe('numeric tolerance, bounds included', () => {
  test.each<[Question, number, boolean]>([
    [numeric(0.3), 0.1 + 0.2, true],
    [numeric(0.3, 0.1), 0.4, true],
    [numeric(0.3, 0.1), 0.2, true],
    [numeric(0.3, 0.1), 0.4000001, false],
    [numeric(0.3, 0.1), 0.1999999, false],
    [numeric(1.1, 0.1), 1.2, true],
    [numeric(1.1, 2.2), 3.3, true],
    [numeric(1.1, 2.2), 1.1 + 2.2, true],
    [numeric(100, 0.05), 99.95, true],
    [numeric(100, 0.05), 99.949, false],
    [numeric(-5, 0.5), -5.5, true],
    [numeric(-5, 0.5), -4.5, true],
    [numeric(-5, 0.5), 5, false],
    [numeric(0), 0, true],
    [numeric(0), -0, true],
    [numeric(0), Number.MIN_VALUE, false],
    [numeric(0, Number.MIN_VALUE), Number.MIN_VALUE, true],
    [numeric(1e308, 1e307), 1.1e308, true],
    [numeric(1e308), -1e308, false],
    [numeric(1e21), 1e21, true],
    [numeric(6.022e23, 1, 'percent'), 6.08222e23, true],
    [numeric(6.022e23, 1, 'percent'), 6.0823e23, false],
    [numeric(3.14, 1, 'percent'), 3.1714, true],
    [numeric(3.14, 1, 'percent'), 3.1086, true],
    [numeric(3.14, 1, 'percent'), 3.17141, false],
    [numeric(0.07, 10, 'percent'), 0.077, true],
    [numeric(-200, 5, 'percent'), -210, true],
    [numeric(-200, 5, 'percent'), -210.01, false],
    [numeric(0, 50, 'percent'), 0, true],
    [numeric(0, 50, 'percent'), 0.001, false],
    [numeric(1_234_567_890_123_456), 1_234_567_890_123_457, false],
    [numeric(Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER, true],
    // Beyond the safe integers a whole number carries noise too.
    [numeric(3.3e16), 3e16 * 1.1, true],
    [numeric(3.3e16), 33_000_000_000_000_100, false],
    [numeric(2 / 3), 0.666666666666667, true],
    [numeric(2, 1e9), -999_999_998, true],
  ])('case %#', (question, value, isRight) => {
    expect(earned(question, { value })).toBe(isRight ? 1000 : 0)
  })
})

const capitals = ask({
  type: 'matching',
  pairs: [
    { leftId: 1, left: 'Canada', rightId: 11, right: 'Ottawa' },
    { leftId: 2, left: 'Italy', rightId: 12, right: 'Rome' },
    { leftId: 3, left: 'Japan', rightId: 13, right: 'Tokyo' },
  ],
})
table('matching', capitals, [
  ['all right', { matches: { 1: 11, 2: 12, 3: 13 } }, 1000],
  ['two right', { matches: { 1: 11, 2: 12 } }, 666.666667],
  ['one right, two swapped', { matches: { 1: 11, 2: 13, 3: 12 } }, 333.333333],
  ['all wrong', { matches: { 1: 12, 2: 13, 3: 11 } }, 0],
  ['nothing matched', { matches: {} }, 0],
  ['the same right half for all', { matches: { 1: 11, 2: 11, 3: 11 } }, 333.333333],
  ['an unknown left half', { matches: { 9: 11 } }, 'matches: No such item.'],
  ['an unknown right half', { matches: { 1: 99 } }, 'matches: No such item.'],
  ['halves the wrong way round', { matches: { 11: 1 } }, 'matches: No such item.'],
  ['a left half for a right one', { matches: { 1: 2 } }, 'matches: No such item.'],
  ['a left half spelled otherwise', { matches: { '01': 11 } }, 'matches: No such item.'],
  ['a property of objects', { matches: { constructor: 11 } }, 'matches: No such item.'],
  ['a number in quotes', { matches: { 1: '11' } }, `matches.1: ${NUMBER}`],
  ['null for a right half', { matches: { 1: null } }, `matches.1: ${NULL}`],
  ['NaN', { matches: { 1: Number.NaN } }, `matches.1: ${NUMBER}`],
  ['a list', { matches: [11, 12, 13] }, 'matches: Expected an object.'],
  ['nothing', {}, `matches: ${REQUIRED}`],
])
const twins = ask({
  type: 'matching',
  pairs: [
    { leftId: 1, left: 'whale', rightId: 11, right: 'mammal' },
    { leftId: 2, left: 'bat', rightId: 12, right: 'mammal ' },
    { leftId: 3, left: 'salmon', rightId: 13, right: 'fish' },
    { leftId: 4, left: 'salmon', rightId: 14, right: 'food' },
  ],
})
table('matching with equal texts', twins, [
  ['as written', { matches: { 1: 11, 2: 12, 3: 13, 4: 14 } }, 1000],
  ['equal rights swapped', { matches: { 1: 12, 2: 11, 3: 13, 4: 14 } }, 1000],
  ['one of the equal rights for both', { matches: { 1: 11, 2: 11, 3: 13, 4: 14 } }, 1000],
  ['equal lefts swapped', { matches: { 1: 11, 2: 12, 3: 14, 4: 13 } }, 1000],
  ['equal lefts with the same right', { matches: { 1: 11, 2: 12, 3: 13, 4: 13 } }, 750],
  ['none right', { matches: { 1: 13, 2: 13, 3: 11, 4: 12 } }, 0],
])

const steps = (partialCredit: boolean, ...texts: string[]) =>
  ask({ type: 'ordering', items: texts.map((text, place) => ({ id: place + 1, text })), partialCredit })
const GIVE_ALL = 'order: Give every item once.'
table('ordering, all or nothing', steps(false, 'a', 'b', 'c'), [
  ['the right order', { order: [1, 2, 3] }, 1000],
  ['two swapped', { order: [2, 1, 3] }, 0],
  ['reversed', { order: [3, 2, 1] }, 0],
  ['one missing', { order: [1, 2] }, GIVE_ALL],
  ['none', { order: [] }, GIVE_ALL],
  ['one twice', { order: [1, 2, 2] }, GIVE_ALL],
  ['one too many', { order: [1, 2, 3, 3] }, GIVE_ALL],
  ['an unknown one', { order: [1, 2, 4] }, 'order: No such item.'],
  ['a number in quotes', { order: ['1', 2, 3] }, `order.0: ${NUMBER}`],
  ['a fraction', { order: [1, 2, 2.5] }, `order.2: ${INTEGER}`],
  ['NaN', { order: [1, 2, Number.NaN] }, `order.2: ${NUMBER}`],
  ['null within', { order: [1, 2, null] }, `order.2: ${NULL}`],
  ['no list', { order: '1,2,3' }, 'order: Expected a list.'],
  ['null', { order: null }, `order: ${NULL}`],
  ['nothing', {}, `order: ${REQUIRED}`],
])
table('ordering with partial credit', steps(true, 'a', 'b', 'c'), [
  ['the right order', { order: [1, 2, 3] }, 1000],
  ['one in place', { order: [2, 1, 3] }, 333.333333],
  ['the middle in place', { order: [3, 2, 1] }, 333.333333],
  ['none in place', { order: [2, 3, 1] }, 0],
])
table('ordering with equal texts', steps(false, 'lather', 'rinse', 'lather'), [
  ['as written', { order: [1, 2, 3] }, 1000],
  ['equal ones swapped', { order: [3, 2, 1] }, 1000],
  ['others swapped', { order: [2, 1, 3] }, 0],
])

table('fill in a blank with quotes', ask({ type: 'fill_in_blank', blanks: { '1': ["isn't", '“x”'] } }), [
  ['as a phone puts it', { blanks: { 1: 'Isn’t' } }, 1000],
  ['the key curly', { blanks: { 1: '"X"' } }, 1000],
  ['another quote', { blanks: { 1: 'isn"t' } }, 0],
])
const gaps = ask({ type: 'fill_in_blank', blanks: { '1': ['def', 'async def'], '2': ['Return'], '10': ['π'] } })
table('fill in the blank', gaps, [
  ['all right', { blanks: { 1: 'def', 2: 'return', 10: 'π' } }, 1000],
  ['another accepted answer', { blanks: { 1: 'async  def', 2: 'RETURN', 10: ' Π ' } }, 1000],
  ['two right', { blanks: { 1: 'def', 2: 'return', 10: 'pi' } }, 666.666667],
  ['one right', { blanks: { 2: 'return' } }, 333.333333],
  ['answers in each other’s place', { blanks: { 1: 'return', 2: 'def' } }, 0],
  ['all blank', { blanks: { 1: '', 2: ' ', 10: '\n' } }, 0],
  ['none filled', { blanks: {} }, 0],
  ['an unknown blank', { blanks: { 3: 'def' } }, 'blanks: No such blank.'],
  ['a blank spelled otherwise', { blanks: { '01': 'def' } }, 'blanks: No such blank.'],
  ['a property of objects', { blanks: { toString: 'def' } }, 'blanks: No such blank.'],
  ['a number', { blanks: { 1: 5 } }, `blanks.1: ${STRING}`],
  ['null', { blanks: { 1: null } }, `blanks.1: ${NULL}`],
  ['a list of answers', { blanks: { 1: ['def'] } }, `blanks.1: ${STRING}`],
  ['a list', { blanks: ['def', 'return', 'π'] }, 'blanks: Expected an object.'],
  ['too long', { blanks: { 1: 'a'.repeat(1001) } }, 'blanks.1: Ensure this field has no more than 1000 characters.'],
  ['NUL', { blanks: { 1: '\0' } }, 'blanks.1: Null characters are not allowed.'],
  ['nothing', {}, `blanks: ${REQUIRED}`],
])

const essay = ask({ type: 'essay', minWords: 100, maxWords: 200, rubric: [] })
table('essay', essay, [
  ['a text', { essay_text: 'Inheritance is …' }, 'pending'],
  ['shorter than asked', { essay_text: 'No.' }, 'pending'],
  ['longer than asked', { essay_text: 'word '.repeat(300) }, 'pending'],
  ['one character', { essay_text: '.' }, 'pending'],
  ['the longest', { essay_text: 'a'.repeat(50_000) }, 'pending'],
  ['blank', { essay_text: '' }, 0],
  ['only spaces', { essay_text: ' \n\t\u00a0' }, 0],
  ['too long', { essay_text: 'a'.repeat(50_001) }, 'essay_text: Ensure this field has no more than 50000 characters.'],
  ['NUL', { essay_text: 'a\0b' }, 'essay_text: Null characters are not allowed.'],
  ['a number', { essay_text: 5 }, `essay_text: ${STRING}`],
  ['a list', { essay_text: ['a'] }, `essay_text: ${STRING}`],
  ['an object', { essay_text: {} }, `essay_text: ${STRING}`],
  ['null', { essay_text: null }, `essay_text: ${NULL}`],
  ['nothing', {}, `essay_text: ${REQUIRED}`],
  ['another name', { text: 'Inheritance is …' }, `essay_text: ${REQUIRED}`],
])

describe('what is given for no answer, and in a survey', () => {
  test.each(QUESTION_TYPES)('%s', type => {
    const [question] = fc.sample(questions(type), 1) as [Question]
    expect(grade(question, null, { isSurvey: false })).toEqual({ scoreNano: 0, isCorrect: false, isPending: false })
    const parsed = parseResponse(question, rightAnswer({ question }))
    const answer = 'answer' in parsed ? parsed.answer : null
    expect(answer).not.toBeNull()
    const ungraded = { scoreNano: null, isCorrect: null, isPending: false }
    expect(grade(question, answer, { isSurvey: true })).toEqual(ungraded)
    expect(grade(question, null, { isSurvey: true })).toEqual(ungraded)
  })

  test('a question without its key is never right', () => {
    const keyless: [QuestionBody, unknown][] = [
      [{ type: 'multiple_choice', choices: choices('a', 'b') }, { selected_choice: 1 }],
      [{ type: 'multiple_select', choices: choices('a', 'b'), partialCredit: true }, { selected_choices: [] }],
      [{ type: 'multiple_select', choices: choices('a', 'b'), partialCredit: false }, { selected_choices: [] }],
      [{ type: 'true_false', correctAnswer: null }, { selected_answer: false }],
      [{ type: 'short_answer', acceptedAnswers: [], caseSensitive: false }, { text: '' }],
      [{ type: 'numeric', correctValue: null, tolerance: 0, toleranceType: 'absolute' }, { value: 0 }],
      [{ type: 'fill_in_blank', blanks: { 1: [] } }, { blanks: { 1: '' } }],
    ]
    for (const [body, data] of keyless) expect(earned(ask(body), data)).toBe(0)
  })
})

describe('parts of points, in whole 10⁻⁹', () => {
  const partly = (pointsMilli: number, right: number, total: number) => {
    const items = Array.from({ length: total }, (_, place) => ({ id: place + 1, text: String(place) }))
    // The items after the right ones are rotated, so that none of them is in place.
    const order = items.map(({ id }, place) => (place < right ? id : place + 1 < total ? id + 1 : right + 1))
    return earned(ask({ type: 'ordering', items, partialCredit: true }, pointsMilli), { order })
  }
  test.each([
    [1000, 1, 3, 333.333333],
    [1000, 2, 3 + 1, 500],
    [1000, 2, 8, 250],
    [10_000, 1, 3, 3333.333333],
    [10_000, 1, 6, 1666.666667],
    [100, 1, 8, 12.5],
    [50, 1, 3, 16.666667],
    [10, 1, 2 + 1, 3.333333],
    [1_000_000, 1, 7, 142_857.142857],
    [125, 1, 3, 41.666667],
    [1, 1, 3, 0.333333],
    [0, 1, 3, 0],
  ])('%i thousandths, %i of %i parts', (pointsMilli, right, total, expected) => {
    if (pointsMilli === 0) expect(partOf(0, right, total)).toBe(expected)
    else expect(partly(pointsMilli, right, total)).toBe(expected)
  })

  test('all points only for all parts, and then exactly all', () => {
    expect(partly(10, 4, 6)).toBe(6.666667)
    expect([partOf(1, 9_999_999, 10_000_000), partOf(1, 1, 1), partOf(0, 1, 2)]).toEqual([999_999, 1_000_000, 0])
    expect(earned(select(true, 125), { selected_choices: [1, 2, 3] })).toBe(125)
    expect(earned(select(true, 1), { selected_choices: [1, 2, 3] })).toBe(1)
  })
})

describe('weights of choices', () => {
  const weighted = (...weights: number[]) =>
    weights.map((weight, place) => ({ id: place + 1, text: `c${place}`, isCorrect: weight > 0, feedback: '', weight }))
  const selects = (...weights: number[]) =>
    ask({ type: 'multiple_select', choices: weighted(...weights), partialCredit: true })
  const sum = (question: Question, ...selected: number[]) => earned(question, { selected_choices: selected })

  test.each<[weights: number[], selected: number[], earned: number]>([
    [[50, 50, -100], [1], 500],
    [[50, 50, -100], [1, 2], 1000],
    [[50, 50, -100], [1, 3], 0],
    [[50, 50, -100], [1, 2, 3], 0],
    [[50, 50, -100], [], 0],
    [[33.33333, 33.33333, 33.33333, -33.33333], [1, 2, 3], 1000],
    [[33.33333, 33.33333, 33.33333, -33.33333], [1, 2], 666.6666],
    [[33.33333, 33.33333, 33.33333, -33.33333], [1, 2, 3, 4], 666.6666],
    [[33.33333, 33.33333, 33.33334, 0], [1, 2, 3, 4], 1000],
    [[33.334, 33.334, 33.334, 0], [1, 2, 3, 4], 1000],
    [[14.28571, 14.28571, 14.28571, 14.28571, 14.28571, 14.28571, 14.28571], [1, 2, 3, 4, 5, 6, 7], 1000],
    [[14.28571, 14.28571, 14.28571, 14.28571, 14.28571, 14.28571, 14.28571], [1], 142.8571],
    [[60, 40, -5], [1, 3], 550],
  ])('weights %j, selected %j', (weights, selected, expected) => {
    expect(sum(selects(...weights), ...selected)).toBe(expected)
  })

  test('a choice is worth its weight, a negative one nothing; without weights any correct one is all', () => {
    const single = (choices: Choice[], id: number) =>
      earned(ask({ type: 'multiple_choice', choices }), { selected_choice: id })
    const graded = weighted(100, 50, -25, 0).map(choice => ({ ...choice, isCorrect: choice.weight === 100 }))
    expect(graded.map(({ id }) => single(graded, id))).toEqual([1000, 500, 0, 0])
    const two = choices('*spring', '*summer', 'easter')
    expect(two.map(({ id }) => single(two, id))).toEqual([1000, 1000, 0])
  })
})

describe.each(QUESTION_TYPES)('laws of grading: %s', (type: QuestionType) => {
  const withAnswer = questions(type).chain(question => fc.tuple(fc.constant(question as Question), answers(question)))
  const gradeOf = (question: Question, data: unknown) => {
    const parsed = parseResponse(question, data)
    if ('refusal' in parsed) throw new Error(parsed.refusal)
    return grade(question, parsed.answer, { isSurvey: false })
  }

  test('points lie between none and all, and all means correct', () => {
    fc.assert(
      fc.property(withAnswer, ([question, data]) => {
        const { scoreNano, isCorrect, isPending } = gradeOf(question, data)
        if (isPending) return
        expect(scoreNano).toBeGreaterThanOrEqual(0)
        expect(scoreNano).toBeLessThanOrEqual(toNano(question.pointsMilli))
        expect(Number.isSafeInteger(scoreNano)).toBe(true)
        if (question.pointsMilli > 0) expect(isCorrect).toBe(scoreNano === toNano(question.pointsMilli))
      }),
    )
  })

  const isGradedByHand = type === 'essay'
  test(isGradedByHand ? 'every answer waits for its grader' : 'the right answer earns all points', () => {
    fc.assert(
      fc.property(questions(type), question => {
        const all = { scoreNano: toNano(question.pointsMilli), isCorrect: true, isPending: false }
        const pending = { scoreNano: null, isCorrect: null, isPending: true }
        expect(gradeOf(question, rightAnswer({ question }))).toEqual(isGradedByHand ? pending : all)
      }),
    )
  })

  test('the same answer gets the same grade, however things are shuffled', () => {
    fc.assert(
      fc.property(withAnswer, ([question, data]) => {
        const once = gradeOf(question, data)
        expect(gradeOf(question, data)).toEqual(once)
        expect(gradeOf(shuffledParts(question), shuffledAnswer(data))).toEqual(once)
      }),
    )
  })
})

/** The same question with another order of the parts whose order has no meaning. */
function shuffledParts(question: Question): Question {
  switch (question.type) {
    case 'multiple_choice':
    case 'multiple_select':
      return { ...question, choices: shuffle(question.choices) }
    case 'matching':
      return { ...question, pairs: shuffle(question.pairs) }
    case 'short_answer':
      return { ...question, acceptedAnswers: shuffle(question.acceptedAnswers) }
    default:
      return question
  }
}

const shuffledAnswer = (data: Record<string, unknown>) =>
  Array.isArray(data['selected_choices']) ? { selected_choices: shuffle(data['selected_choices']) } : data
