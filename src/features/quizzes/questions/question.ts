/** A question as the service grades and stores it. `input.ts` has the form that authors write, `views.ts` what readers see. */

/** The limit of a quiz, and so of a file. */
export const QUESTIONS_AT_MOST = 1_000
export const TOO_MANY_QUESTIONS = `A quiz may have at most ${QUESTIONS_AT_MOST} questions.`

/** The limit of choices, items, pairs, blanks or criteria of a question. */
export const PARTS_AT_MOST = 50

export const QUESTION_TYPES = [
  'multiple_choice',
  'multiple_select',
  'true_false',
  'short_answer',
  'numeric',
  'matching',
  'ordering',
  'fill_in_blank',
  'essay',
] as const
export type QuestionType = (typeof QUESTION_TYPES)[number]

/** `weight`: percent of the points, −100 to 100, at most five decimals. All choices of a question have one or none has. */
export type Choice = { id: number; text: string; isCorrect: boolean; feedback: string; weight?: number }
/** Whole 10⁻⁵ percent, so that sums of weights are exact. */
export const weightUnits = (weight: number) => Math.round(weight * 100_000)
export const FULL_WEIGHT = weightUnits(100)
export type Item = { id: number; text: string }
export type Pair = { leftId: number; left: string; rightId: number; right: string }
export type Criterion = { criterion: string; maxPointsMilli: number }

/** The fields of one type. In a survey the key may be missing: no correct choice, null, no accepted answers. */
export type QuestionBody =
  | { type: 'multiple_choice'; choices: Choice[] }
  | { type: 'multiple_select'; choices: Choice[]; partialCredit: boolean }
  | { type: 'true_false'; correctAnswer: boolean | null }
  | { type: 'short_answer'; acceptedAnswers: string[]; caseSensitive: boolean }
  | { type: 'numeric'; correctValue: number | null; tolerance: number; toleranceType: 'absolute' | 'percent' }
  | { type: 'matching'; pairs: Pair[] }
  /** In the right order. */
  | { type: 'ordering'; items: Item[]; partialCredit: boolean }
  /** The accepted answers by the number of the blank in the text, `{{1}}`. */
  | { type: 'fill_in_blank'; blanks: Record<string, string[]> }
  | { type: 'essay'; minWords: number | null; maxWords: number | null; rubric: Criterion[] }

export type QuestionCommon = {
  text: string
  /** Points in 1/1000. */
  pointsMilli: number
  explanation: string
  correctFeedback: string
  incorrectFeedback: string
}
export type Question = QuestionCommon & QuestionBody
export type QuestionOf<T extends QuestionType> = Extract<Question, { type: T }>

/** The columns of `question_versions` that hold a question. */
export type QuestionColumns = QuestionCommon & { type: QuestionType; body: string }

export function toColumns(question: Question): QuestionColumns {
  const { type, text, pointsMilli, explanation, correctFeedback, incorrectFeedback, ...body } = question
  return { type, text, pointsMilli, explanation, correctFeedback, incorrectFeedback, body: JSON.stringify(body) }
}

export function fromColumns(row: QuestionColumns): Question {
  const { type, text, pointsMilli, explanation, correctFeedback, incorrectFeedback, body } = row
  // Only `toColumns` writes a body, so it has the fields of its type.
  return { ...JSON.parse(body), type, text, pointsMilli, explanation, correctFeedback, incorrectFeedback }
}

/** The numbers of the blanks in a text, each once, in ascending order: `{{2}} … {{1}}` gives 1, 2. */
export function blanksIn(text: string): string[] {
  const numbers = [...text.matchAll(/\{\{([1-9]\d{0,2})\}\}/g)].map(([, number]) => Number(number))
  return [...new Set(numbers)].sort((one, other) => one - other).map(String)
}

/**
 * Surveys need no key, so handlers call this only for other quizzes; `lacksKey` guards turning `is_survey` off.
 * @returns the reason why a question cannot be graded: the field and a message; null for a question with its key
 */
export function missingKey(question: Question): { field: string; message: string } | null {
  const required = (field: string) => ({ field, message: 'This field is required.' })
  switch (question.type) {
    case 'multiple_choice':
    case 'multiple_select':
      return correctOf(question.choices).length > 0
        ? null
        : { field: 'choices', message: 'At least one choice must be correct.' }
    case 'true_false':
      return question.correctAnswer === null ? required('correct_answer') : null
    case 'short_answer':
      return question.acceptedAnswers.length === 0 ? required('accepted_answers') : null
    case 'numeric':
      return question.correctValue === null ? required('correct_value') : null
    case 'fill_in_blank': {
      const open = Object.entries(question.blanks).find(([, accepted]) => accepted.length === 0)
      return open ? { field: 'blanks', message: `Blank ${open[0]} needs an accepted answer.` } : null
    }
    case 'matching':
    case 'ordering':
    case 'essay':
      return null
  }
}

export const correctOf = (choices: readonly Choice[]) => choices.filter(choice => choice.isCorrect)
