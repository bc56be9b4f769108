/** The form of the bodies in which authors send questions. `build.ts` turns them into questions. */
import * as z from 'zod'
import { id, list, map, object, text } from '../../../http/fields.ts'
import { blanksIn, FULL_WEIGHT, PARTS_AT_MOST, QUESTION_TYPES, type Question, weightUnits } from './question.ts'

const QUESTION_LENGTH = 10_000
const PART_LENGTH = 2_000
const ANSWER_LENGTH = 1_000
const CRITERION_LENGTH = 200
const WORDS_AT_MOST = 50_000
const POINTS_AT_MOST = 1_000

/** A text that is not blank. It keeps the spaces around it, which can be part of a question about code. */
const filled = (max: number) => text(max).refine(value => value.trim() !== '', 'This field may not be blank.')

export const points = () =>
  z
    .number()
    .min(0)
    .max(POINTS_AT_MOST)
    .refine(value => toMilli(value) / 1000 === value, 'Ensure that there are no more than 3 decimal places.')
    .meta({ examples: [1] })
export const toMilli = (value: number) => Math.round(value * 1000)

const ChoiceInput = object(() => ({
  id: id().optional().meta({ description: 'Of a choice that stays' }),
  text: filled(PART_LENGTH).meta({ examples: ['def myFunc():'] }),
  is_correct: z
    .boolean()
    .optional()
    .meta({ examples: [true] }),
  feedback: text(PART_LENGTH)
    .optional()
    .meta({ examples: ['Functions are defined with `def`.'] }),
  weight: z
    .number()
    .min(-100)
    .max(100)
    .refine(value => weightUnits(value) / 100_000 === value, 'Ensure that there are no more than 5 decimal places.')
    .optional()
    .meta({ description: 'Percent of the points; given for one choice it is given for all', examples: [100] }),
}))

const PairInput = object(() => ({
  left_id: id().optional(),
  left: filled(PART_LENGTH).meta({ examples: ['Canada'] }),
  right_id: id().optional(),
  right: filled(PART_LENGTH).meta({ examples: ['Ottawa'] }),
}))

const itemInput = () =>
  z.union([filled(PART_LENGTH), object(() => ({ id: id().optional(), text: filled(PART_LENGTH) }))], {
    error: `Expected a text of at most ${PART_LENGTH} characters, or an object with id and text.`,
  })

const CriterionInput = object(() => ({
  criterion: filled(CRITERION_LENGTH).meta({ examples: ['content'] }),
  max_points: points(),
}))

const acceptedAnswers = () => list(filled(ANSWER_LENGTH), PARTS_AT_MOST)
const wordLimit = () => z.int().min(1).max(WORDS_AT_MOST).nullable().optional()
const of = (types: string, rest = '') => ({ description: `${types}${rest && `: ${rest}`}` })
const COMPARED = 'compared after Unicode NFKC, curly quotes straightened, spaces folded'
const parts = { minItems: 2, maxItems: PARTS_AT_MOST }

const EXAMPLE = {
  type: 'multiple_choice',
  text: 'What is the correct way to create a function in Python?',
  points: 1,
  choices: [
    { text: 'function myFunc():', is_correct: false },
    { text: 'def myFunc():', is_correct: true },
  ],
}

/**
 * The body of PUT and PATCH: every field of every type. The service ignores fields of other types; an omitted field keeps its
 * value (`revise`).
 */
export const QuestionFields = object(() => ({
  type: z.enum(QUESTION_TYPES),
  text: filled(QUESTION_LENGTH).meta({ examples: ['What is the correct way to create a function in Python?'] }),
  points: points().optional(),
  explanation: text(PART_LENGTH).optional().meta(of('Shown when feedback is due')),
  correct_feedback: text(PART_LENGTH).optional(),
  incorrect_feedback: text(PART_LENGTH).optional(),
  choices: list(ChoiceInput, PARTS_AT_MOST)
    .optional()
    .meta({ ...of('multiple_choice, multiple_select'), ...parts, examples: [EXAMPLE.choices] }),
  partial_credit: z.boolean().optional().meta(of('multiple_select, ordering', 'false unless given')),
  correct_answer: z.boolean().nullable().optional().meta(of('true_false')),
  accepted_answers: acceptedAnswers().optional().meta(of('short_answer', COMPARED)),
  case_sensitive: z.boolean().optional().meta(of('short_answer', 'false unless given')),
  correct_value: z.number().nullable().optional().meta(of('numeric')),
  tolerance: z.number().min(0).optional().meta(of('numeric', '0 unless given, bounds included')),
  tolerance_type: z.enum(['absolute', 'percent']).optional().meta(of('numeric', '`absolute` unless given')),
  pairs: list(PairInput, PARTS_AT_MOST)
    .optional()
    .meta({
      ...of('matching'),
      ...parts,
      examples: [
        [
          { left: 'Canada', right: 'Ottawa' },
          { left: 'Kenya', right: 'Nairobi' },
        ],
      ],
    }),
  items: list(itemInput(), PARTS_AT_MOST)
    .optional()
    .meta({ ...of('ordering', 'in the right order'), ...parts, examples: [['first', 'second']] }),
  blanks: map(z.string(), acceptedAnswers(), PARTS_AT_MOST)
    .optional()
    .meta({
      ...of('fill_in_blank', `accepted answers of each \`{{1}}\` in the text, ${COMPARED}`),
      examples: [{ 1: ['def'] }],
    }),
  min_words: wordLimit().meta(of('essay')),
  max_words: wordLimit().meta(of('essay')),
  rubric: list(CriterionInput, PARTS_AT_MOST).optional().meta(of('essay', 'sums to the points')),
}))
export type QuestionFields = z.output<typeof QuestionFields>
type Fields = QuestionFields
type Refuse = (field: keyof Fields, message: string) => void

/** The rules of each type beyond the form of its fields. Fields of the wrong form are absent. */
const RULES: Record<Question['type'], (fields: Partial<Fields>, refuse: Refuse) => void> = {
  multiple_choice({ choices }, refuse) {
    requireTwo('choices', choices, refuse)
    refuseWeights(choices, refuse, weighted => {
      if (weighted.some(({ is_correct, weight }) => (weight === 100) !== (is_correct ?? false)))
        refuse('choices', 'Correct choices weigh 100, all others less.')
    })
  },
  multiple_select({ choices, partial_credit }, refuse) {
    requireTwo('choices', choices, refuse)
    refuseWeights(choices, refuse, weighted => {
      if (!partial_credit) refuse('partial_credit', 'Must be true where choices have weights.')
      if (weighted.some(({ is_correct, weight }) => weight > 0 !== (is_correct ?? false)))
        refuse('choices', 'Correct choices have a positive weight, all others none or a negative one.')
      const sum = weighted.reduce((total, { weight }) => total + Math.max(0, weightUnits(weight)), 0)
      if (Math.abs(sum - FULL_WEIGHT) > weightUnits(0.01)) refuse('choices', 'The positive weights must add up to 100.')
    })
  },
  matching: ({ pairs }, refuse) => requireTwo('pairs', pairs, refuse),
  ordering: ({ items }, refuse) => requireTwo('items', items, refuse),
  fill_in_blank({ text, blanks }, refuse) {
    if (text === undefined) return
    const numbers = blanksIn(text)
    if (numbers.length === 0) refuse('text', 'Mark at least one blank: {{1}}.')
    if (numbers.length > PARTS_AT_MOST) refuse('text', `Ensure there are no more than ${PARTS_AT_MOST} blanks.`)
    if (blanks && Object.keys(blanks).sort().join() !== numbers.sort().join()) {
      refuse('blanks', 'Give the accepted answers of exactly the blanks that the text marks.')
    }
  },
  essay({ points = 1, min_words, max_words, rubric = [] }, refuse) {
    if (min_words && max_words && max_words < min_words) refuse('max_words', 'Must not be less than min_words.')
    if (rubric.length === 0) return
    if (new Set(rubric.map(({ criterion }) => criterion)).size < rubric.length) {
      refuse('rubric', 'Each criterion may occur once.')
    }
    const sum = rubric.reduce((total, { max_points }) => total + toMilli(max_points), 0)
    if (sum !== toMilli(points)) refuse('rubric', `The max_points must sum to the question's points, ${points}.`)
  },
  true_false() {},
  short_answer() {},
  numeric() {},
}

type ChoiceInput = NonNullable<Fields['choices']>[number]
type Weighted = ChoiceInput & { weight: number }

/** @param check called when all choices have weights */
function refuseWeights(choices: ChoiceInput[] = [], refuse: Refuse, check: (weighted: Weighted[]) => void): void {
  const weighted = choices.filter((choice): choice is Weighted => choice.weight !== undefined)
  if (weighted.length === 0) return
  if (weighted.length < choices.length) refuse('choices', 'Give a weight to every choice, or to none.')
  else check(weighted)
}

function requireTwo(field: keyof Fields, entries: unknown[] | undefined, refuse: Refuse): void {
  if (entries === undefined) refuse(field, 'This field is required.')
  else if (entries.length < 2) refuse(field, 'Ensure this list has at least 2 entries.')
}

/**
 * The body of POST: a question, perhaps without its key. `missingKey` checks the key once the handler knows that the quiz is
 * not a survey.
 */
export const QuestionInput = QuestionFields.superRefine(
  (fields, context) => {
    const invalidFields = new Set(context.issues.map(issue => issue.path?.[0]))
    const valid = Object.fromEntries(
      Object.entries(fields).filter(([field]) => !invalidFields.has(field)),
    ) as Partial<Fields>
    RULES[fields.type](valid, (field, message) => {
      if (!invalidFields.has(field)) context.addIssue({ code: 'custom', path: [field], message })
    })
  },
  // The rules run beside wrong fields too, so that the refusal names all at once; without a type there are no rules.
  { when: ({ value }) => QUESTION_TYPES.includes((value as Partial<Fields> | null)?.type as Question['type']) },
).meta({ examples: [EXAMPLE] })
export type QuestionInput = z.output<typeof QuestionInput>
