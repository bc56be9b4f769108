/**
 * Questions as CSV, one row each, so that a spreadsheet can write them. All nine types, nothing lost. The columns:
 *
 * - `type`, `text`: required; the type as in the API (`multiple_choice`, "Multiple choice", "True/False").
 * - `points` (1 unless given), `explanation`, `correct_feedback`, `incorrect_feedback`: as in the API.
 * - `correct`: for multiple choice the number of the right option, for multiple select the numbers (`1;3`), for
 *   true/false `TRUE` or `FALSE`, for numeric the value.
 * - `option_1` … `option_50`: choices, accepted short answers, items in the right order, left halves of pairs, criteria
 *   of a rubric, or the accepted answers of the text's first, second … blank with `|` between them (`\|` and `\\` stand
 *   for the characters themselves).
 * - `match_1` …: right halves of pairs, max points of criteria. `feedback_1` …: feedback of choices.
 * - `partial_credit`, `case_sensitive`: `TRUE` or `FALSE`. `tolerance`, `tolerance_type`: of numeric, `absolute` (unless
 *   given) or `percent`. `min_words`, `max_words`: of essays.
 *
 * Columns may come in any order and be left out; the separator may be a comma, a semicolon or a tab, and a line `sep=;`
 * before the header may tell it, as it tells Excel. An apostrophe before `=`, `+`, `-` or `@` marks text that a
 * spreadsheet must not compute: export writes it, import takes it away.
 */
export const COMMON = ['type', 'text', 'points', 'explanation', 'correct_feedback', 'incorrect_feedback']
export const NUMBERED = ['option', 'match', 'feedback']
export const SETTINGS = ['partial_credit', 'case_sensitive', 'tolerance', 'tolerance_type', 'min_words', 'max_words']
export const NUMBERS_AT_MOST = 50

/** Texts in one cell: `a|b`, where a backslash takes the next character for itself. */
export const joinList = (texts: readonly string[]) => texts.map(text => text.replace(/[\\|]/g, '\\$&')).join('|')
export const splitList = (cell: string) =>
  (cell.match(/(?:\\[\\|]|[^|])+/g) ?? []).map(text => text.replace(/\\([\\|])/g, '$1'))
