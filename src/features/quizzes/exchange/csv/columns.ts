/**
 * Questions as CSV, one row each, so that a spreadsheet can write them. The format loses nothing of any type. The columns:
 *
 * - `type`, `text`: required; the type as in the API (`multiple_choice`, "Multiple choice", "True/False").
 * - `points` (default 1), `explanation`, `correct_feedback`, `incorrect_feedback`: as in the API.
 * - `correct`: for choices the number of the right option, or the numbers (`1;3`), for true/false `TRUE` or `FALSE`, for
 *   numeric the value.
 * - `option_1` … `option_50`: choices, accepted short answers, items in the right order, left halves of pairs, criteria
 *   of a rubric, or the accepted answers of the text's first, second … blank with `|` between them (`\|` and `\\` stand
 *   for the characters themselves).
 * - `match_1` …: right halves of pairs, max points of criteria. `feedback_1` …, `weight_1` …: feedback and weight of
 *   choices, the weight in percent.
 * - `partial_credit`, `case_sensitive`: `TRUE` or `FALSE`. `tolerance`, `tolerance_type`: of numeric, `absolute` (the default)
 *   or `percent`. `min_words`, `max_words`: of essays.
 *
 * Columns may come in any order or be absent. The separator may be a comma, a semicolon or a tab, and a line `sep=;` before the
 * header may name it, as it does for Excel. With semicolons and tabs, numbers may have decimal commas. An apostrophe before
 * `=`, `+`, `-` or `@` marks text that a spreadsheet must not compute: export writes it, and import removes it.
 */
import type { QuestionType } from '../../questions/question.ts'

export const COMMON = ['type', 'text', 'points', 'explanation', 'correct_feedback', 'incorrect_feedback']
export const NUMBERED = ['option', 'match', 'feedback', 'weight']
export const SETTINGS = ['partial_credit', 'case_sensitive', 'tolerance', 'tolerance_type', 'min_words', 'max_words']
export const NUMBERS_AT_MOST = 50

/** The columns that each type has beside the common ones. */
export const TYPE_COLUMNS: Record<QuestionType, readonly string[]> = {
  multiple_choice: ['correct', 'option', 'feedback', 'weight'],
  multiple_select: ['correct', 'option', 'feedback', 'weight', 'partial_credit'],
  true_false: ['correct'],
  short_answer: ['option', 'case_sensitive'],
  numeric: ['correct', 'tolerance', 'tolerance_type'],
  matching: ['option', 'match'],
  ordering: ['option', 'partial_credit'],
  fill_in_blank: ['option'],
  essay: ['option', 'match', 'min_words', 'max_words'],
}

/** `option` for `option_2`; the whole name for a column without a number. */
export const stemOf = (column: string) => /^([a-z]+)_([1-9]\d?)$/.exec(column)?.[1] ?? column
export const numberOf = (column: string) => Number(column.split('_').at(-1))
export const isNumbered = (column: string) => NUMBERED.includes(stemOf(column))
export const isKnown = (column: string) =>
  column === '' ||
  [...COMMON, 'correct', ...SETTINGS].includes(column) ||
  (isNumbered(column) && numberOf(column) <= NUMBERS_AT_MOST)

/** Several texts in one cell: `a|b`, where a backslash escapes `|` and itself. */
export const joinList = (texts: readonly string[]) => texts.map(text => text.replace(/[\\|]/g, '\\$&')).join('|')
export const splitList = (cell: string) =>
  (cell.match(/(?:\\[\\|]|[^|])+/g) ?? []).map(text => text.replace(/\\([\\|])/g, '$1'))
