/** Random questions and answers, for the laws that hold for all of them. */
import * as fc from 'fast-check'
import { newQuestion } from '../../src/features/quizzes/questions/build.ts'
import type { QuestionInput } from '../../src/features/quizzes/questions/input.ts'
import type { Question, QuestionOf, QuestionType } from '../../src/features/quizzes/questions/question.ts'

/** Texts that files and graders stumble over, beside random ones. */
const nasty = fc.constantFrom(
  '=1+1',
  "'=1+1",
  "''@x",
  '-5',
  '+49 30 1',
  '@here',
  '1,5;2',
  'a "quoted" word',
  'two\nlines',
  'three\r\nlines',
  'a|b\\|c\\\\',
  '{x} ~ # : = -> \\n \\',
  '// no comment',
  '::no title::',
  '[html]<b>',
  '%50%half',
  '$CATEGORY: no',
  '*any* \\* thing',
  'ＡＢＣ ﬁn',
  'Straße',
  'é',
  'e\u0301',
  '日本語',
  '😀',
  '1e5',
  'TRUE',
  '  spaces  ',
  '\t tab',
)
export const words = fc.oneof(nasty, fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' })).filter(isText)
function isText(value: string): boolean {
  return value.trim() !== '' && !value.includes('\0')
}
const feedback = fc.oneof(fc.constant(''), words)
const points = fc.integer({ min: 0, max: 1_000_000 }).map(milli => milli / 1000)
const list = <T>(entry: fc.Arbitrary<T>, min = 2) => fc.array(entry, { minLength: min, maxLength: 6 })
const number = fc.oneof(
  fc.integer({ min: -1_000_000, max: 1_000_000 }),
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map(value => value / 1000),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }).map(value => value || 0),
)

const choices = (correct: fc.Arbitrary<boolean[]>) =>
  fc.tuple(correct, fc.array(fc.tuple(words, feedback), { minLength: 6, maxLength: 6 })).map(([flags, texts]) =>
    flags.map((is_correct, place) => {
      const [text = '', said = ''] = texts[place] ?? []
      return { text, is_correct, feedback: said }
    }),
  )
const oneOf = fc
  .integer({ min: 2, max: 6 })
  .chain(count =>
    fc.integer({ min: 0, max: count - 1 }).map(right => Array.from({ length: count }, (_, i) => i === right)),
  )
const someOf = list(fc.boolean()).filter(flags => flags.includes(true))

type Weighable = { text: string; is_correct: boolean; feedback: string; weight?: number }
/** As they are, or with weights: all for a correct choice, and for others what a bank may give. */
const weighted = (made: fc.Arbitrary<Weighable[]>, correctWeight: (correct: number) => number, others: number[]) =>
  fc
    .tuple(made, fc.boolean(), fc.array(fc.constantFrom(...others), { minLength: 6, maxLength: 6 }))
    .map(([choices, isWeighted, weights]) => {
      const weight = correctWeight(choices.filter(({ is_correct }) => is_correct).length)
      if (!isWeighted) return choices
      return choices.map((choice, place) => ({ ...choice, weight: choice.is_correct ? weight : weights[place] }))
    })
const fifthDecimal = (value: number) => Math.round(value * 1e5) / 1e5

const common = fc.record({
  text: words,
  points,
  explanation: feedback,
  correct_feedback: feedback,
  incorrect_feedback: feedback,
})

const OWN: Record<QuestionType, fc.Arbitrary<Partial<QuestionInput>>> = {
  multiple_choice: fc.record({
    choices: weighted(choices(fc.oneof(oneOf, someOf)), () => 100, [-100, -33.33333, 0, 14.28571, 50, 99.99999]),
  }),
  multiple_select: fc
    .tuple(
      weighted(choices(someOf), correct => fifthDecimal(100 / correct), [-100, -50, -33.33333, -0.5, 0]),
      fc.boolean(),
    )
    .map(([choices, isPartial]) => ({
      choices,
      partial_credit: isPartial || choices.some(({ weight }) => weight !== undefined),
    })),
  true_false: fc.record({ correct_answer: fc.boolean() }),
  short_answer: fc.record({ accepted_answers: list(words, 1), case_sensitive: fc.boolean() }),
  numeric: fc.record({
    correct_value: number,
    tolerance: number.map(Math.abs),
    tolerance_type: fc.constantFrom('absolute' as const, 'percent' as const),
  }),
  matching: fc.record({ pairs: list(fc.record({ left: words, right: words })) }),
  ordering: fc.record({ items: list(words), partial_credit: fc.boolean() }),
  fill_in_blank: fc
    .uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 4 })
    .chain(numbers => fc.tuple(words, fc.constant(numbers), fc.array(list(words, 1), { minLength: 4, maxLength: 4 })))
    .map(([text, numbers, accepted]) => ({
      text: `${text}${numbers.map(number => ` {{${number}}}`).join(',')}${text.slice(0, 1)}`,
      blanks: Object.fromEntries(numbers.map((number, place) => [number, accepted[place] ?? []])),
    })),
  essay: fc
    .tuple(fc.option(fc.integer({ min: 1, max: 50 })), fc.option(fc.integer({ min: 50, max: 50_000 })), fc.boolean())
    .map(([min_words, max_words, hasRubric]) => ({
      min_words,
      max_words,
      ...(hasRubric && {
        points: 10.5,
        rubric: [
          { criterion: '=content', max_points: 6.5 },
          { criterion: 'grammar', max_points: 4 },
        ],
      }),
    })),
}

/** Authors' bodies of a type, with a key. */
export const inputs = (type: QuestionType): fc.Arbitrary<QuestionInput> =>
  fc.tuple(common, OWN[type]).map(([fields, own]) => ({ ...fields, ...own, type }))

export const questions = <T extends QuestionType>(type: T): fc.Arbitrary<QuestionOf<T>> =>
  inputs(type).map(input => newQuestion(input) as QuestionOf<T>)

const subset = (ids: number[]) => fc.subarray(ids)
const anyOf = (ids: number[]) => fc.constantFrom(...ids)

/** Any answer that fits the question, mostly wrong ones. */
export function answers(question: Question): fc.Arbitrary<Record<string, unknown>> {
  switch (question.type) {
    case 'multiple_choice':
      return fc.record({ selected_choice: anyOf(question.choices.map(choice => choice.id)) })
    case 'multiple_select':
      return fc.record({ selected_choices: subset(question.choices.map(choice => choice.id)) })
    case 'true_false':
      return fc.record({ selected_answer: fc.boolean() })
    case 'short_answer':
      return fc.record({ text: fc.oneof(words, fc.constantFrom(...question.acceptedAnswers)) })
    case 'numeric':
      return fc.record({ value: number })
    case 'matching': {
      const right = anyOf(question.pairs.map(pair => pair.rightId))
      const pairs = fc.subarray(question.pairs).chain(some => fc.tuple(fc.constant(some), list(right, 6)))
      return pairs.map(([some, rights]) => ({
        matches: Object.fromEntries(some.map(({ leftId }, place) => [leftId, rights[place]])),
      }))
    }
    case 'ordering':
      return fc.record({
        order: fc.shuffledSubarray(
          question.items.map(item => item.id),
          { minLength: question.items.length },
        ),
      })
    case 'fill_in_blank':
      return fc.record({
        blanks: fc
          .tuple(...Object.keys(question.blanks).map(blank => fc.tuple(fc.constant(blank), words)))
          .map(Object.fromEntries),
      })
    case 'essay':
      return fc.record({ essay_text: words })
  }
}
